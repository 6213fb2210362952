# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # From local data to a scenario
#
# Two files that most services can have: a year of weekly counts, and a staff list. Both here are made up
# (`scenarios/local_data`), so that we know the truth: 1.12 times the referrals of the example, and 0.92 times the share
# who go on to treatment.

# %%
from pathlib import Path

import pandas as pd

data = Path("../scenarios/local_data")
counts = pd.read_csv(data / "weekly_counts.csv")
counts.head()

# %%
from workforce_sim import read_scenario
from workforce_sim.studies.local_data import read_observations

base = read_scenario("../scenarios/adult_community.yaml")
seen = read_observations(data / "weekly_counts.csv")
print(seen.first_day, "to", seen.last_day, "; measures:", sorted(set(seen.rows["measure"])))

# %% [markdown]
# ## What the counts can tell
#
# The fit looks for factors on a few unknown numbers that make the model count what was counted. Two unknowns and few runs
# keep this quick; for a real fit leave `fit` out, and use a hundred runs a trial.

# %%
from workforce_sim.studies.calibrate import Options, calibrate

found = calibrate(base, seen, ["referrals", "to_treatment"], Options(replications=20, seed=1))
found.factors

# %% [markdown]
# Each factor has an interval: how sure the data are of it. Referrals are counted directly, so they are known well; who
# goes on to treatment shows only in starts and lists. What the data cannot tell stays as wide as it was before.
#
# ## What a staff list can tell

# %%
from workforce_sim.studies.layer import staff_layer
from workforce_sim.studies.local_data import read_local

staff = read_local(data / "staff_list.csv")
layer = staff_layer(staff, "adult_community.yaml")
print(layer)

# %% [markdown]
# That text, saved beside the base, is a scenario that extends it. The list was made with 18 % of nurses and 12 % of
# psychologists leaving a year: both lie within the ranges, which a short list leaves wide.

# %%
factors = found.factors.set_index("unknown")
assert factors.loc["referrals", "low"] < 1.12 < factors.loc["referrals", "high"]
assert layer.startswith(("#", "extends", "name"))
