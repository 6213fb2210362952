# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # How sure is that?
#
# There are three kinds of uncertainty, and an interval tells about one of them:
#
# 1. **Chance**: the real service has one future; the model shows many. It does not go away with more runs.
# 2. **Too few runs**: the mean of ten runs is not the mean of all. This is what 95 % intervals tell, and more runs help.
# 3. **Assumptions**: numbers of the scenario that nobody has measured. No number of runs helps; see
#    `workforce-sim sensitivity`.

# %%
from workforce_sim import read_scenario, run

base = read_scenario("../scenarios/adult_community.yaml")
study = run(base, replications=40, seed=1)

# %% [markdown]
# **Chance.** The waiting list after five years, run by run: each is a future that these assumptions allow.

# %%
measures = study.tables["measures"]
lists = measures.query("measure == 'waiting_list' and year == 5").set_index("replication")["value"]
print(f"middle 80 % of futures: {lists.quantile(0.1):.0f} to {lists.quantile(0.9):.0f} people")
axes = lists.plot.hist(bins=12, figsize=(8, 3), title="Waiting list after five years, 40 runs")
axes.set_xlabel("people")

# %% [markdown]
# **Too few runs.** The mean with its 95 % interval, from the first 5, 10, 20 and 40 runs. The interval shrinks about with
# the square root of the number of runs; the spread of futures above does not.

# %%
from workforce_sim.analysis.intervals import t_interval

widths = {}
for number in (5, 10, 20, 40):
    mean, low, high = t_interval(lists.to_numpy()[:number])
    widths[number] = float(high - low)
    print(f"{number:3d} runs: {mean:.0f} ({low:.0f} to {high:.0f})")
assert widths[40] < widths[5]

# %% [markdown]
# **Assumptions.** Every number of a scenario with its grade. Without evidence, or of grade U, it is an assumption, and the
# answer holds only if it does.

# %%
import pandas as pd

register = pd.DataFrame(study.register(base.name), columns=["path", "value", "grade", "range", "source"])
print(register["grade"].replace("", "none").value_counts().to_string())
register[register["range"] != ""].head(10)

# %% [markdown]
# Try one at the ends of its range: here the answer moves by far more than the interval of forty runs is wide.

# %%
from workforce_sim import compare
from workforce_sim.scenario.variants import variant

path = "assessment.to_treatment"
low, high = (variant(base, {path: share}, name=f"{path} {share}") for share in ("55%", "70%"))
ends = compare(low, high, replications=10, seed=1)
row = ends.comparison.query("measure == 'waiting_list' and year == 5").iloc[0]
print(
    f"waiting list with {path} at 70 % instead of 55 %: {row.difference:+.0f} people ({row.low:+.0f} to {row.high:+.0f})"
)
assert row.low > 0
