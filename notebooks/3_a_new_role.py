# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # A role that does not exist yet
#
# What would two assistant psychologists do? A new role needs posts, a way to be hired, supervision that others give, and,
# above all, a part of the work: whom it may see, how fast, and whose contacts it takes over. That last part is a matter of
# judgement, and it decides more than the number of posts.

# %%
import tempfile
from pathlib import Path

from workforce_sim import compare, read_scenario

base = Path("../scenarios/adult_community.yaml").resolve()
folder = Path(tempfile.mkdtemp())
_ = (folder / base.name).write_bytes(base.read_bytes())

# %% [markdown]
# * `workforce.roles.assistant_psychologist`: two posts, filled like others, an hour a week of supervision by psychologists.
# * `packages.therapy.lead`: it may lead therapy, after psychologists and CAPs, of mild cases only, at 80 % of the speed.
# * Every number says how sure it is: here nothing is.

# %%
whatif = """\
extends: adult_community.yaml
name: Two assistant psychologists
workforce:
  roles:
    assistant_psychologist:
      band: "5"
      registered: off
      funded: 2.0 wte
      in_post: 0 wte
      leavers: 30% per year
      clinical_share: 60%
      caseload: 18
      hiring: {round: 12 weeks, fill: 80%}
      supervision: {by: [psychologist], hours: 1 per week}
packages:
  therapy:
    lead:
      roles: [psychologist, cap, assistant_psychologist]
      limits: {assistant_psychologist: [mild]}
      efficiency: {cap: 90%, assistant_psychologist: 80%}
evidence:
  workforce.roles.assistant_psychologist: {grade: U, source: "a plan to try; every number assumed"}
"""
(folder / "assistants.yaml").write_text(whatif, encoding="utf-8")
scenario = read_scenario(folder / "assistants.yaml")
print("\n".join(map(str, scenario.overrides)))

# %%
study = compare(folder / base.name, folder / "assistants.yaml", replications=10, seed=1)
wanted = ["waiting_list", "wait.treatment.within_18_weeks", "caseload_per_wte", "cost.total"]
told = study.comparison[study.comparison["measure"].isin(wanted) & (study.comparison["year"] == 5)]
told[["measure", "unit", "baseline_mean", "mean", "difference", "low", "high", "told_apart"]]

# %% [markdown]
# The posts are not the answer by themselves: how many of them are held, how full their caseloads are, and what their
# supervision takes from psychologists, stand in the table `workforce`.

# %%
staff = study.tables["workforce"].query("scenario == @scenario.name")
last = staff[staff["period_start"] == staff["period_start"].max()]
by_role = last.groupby("role")[["funded_wte", "in_post_wte", "caseload", "supervision_hours"]].mean()
by_role.loc[["assistant_psychologist", "psychologist", "cap"]]

# %%
assert by_role.loc["assistant_psychologist", "in_post_wte"] > 0
assert by_role.loc["psychologist", "supervision_hours"] > 0
