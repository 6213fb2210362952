# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # A first comparison
#
# What happens to waits if we recruit faster? A base scenario and a what-if, run side by side: the same patients meet the
# same luck in both, so that a few runs tell more than many would otherwise.

# %%
from workforce_sim import compare, read_scenario

base = read_scenario("../scenarios/adult_community.yaml")
print(base.name, base.start, base.end)
print({name: role.funded for name, role in base.workforce.roles.items()})

# %% [markdown]
# A what-if is a short file that says only what differs.

# %%
whatif = read_scenario("../scenarios/recruitment_drive.yaml")
print("\n".join(map(str, whatif.changes)))

# %%
study = compare(base, whatif, replications=10, seed=1)
answer = study.comparison.query("measure in ('waiting_list', 'vacancy', 'caseload_per_wte') and year == 5")
answer[["measure", "unit", "baseline_mean", "mean", "difference", "low", "high", "told_apart"]]

# %% [markdown]
# `low` and `high` are the 95 % interval of the difference. With only ten runs it is wide: add replications until it is
# narrow enough for the decision. `told_apart` says whether it leaves out zero.
#
# The same as a picture, quarter by quarter:

# %%
from workforce_sim.analysis.series import course

waiting = course(study.tables, "waiting_list").pivot(index="at", columns="scenario", values="line")
axes = waiting.plot(figsize=(8, 3.5), ylabel="people", xlabel="", title="Waiting list, mean of ten runs")
axes.set_ylim(bottom=0)

# %%
assert set(study.names) == {base.name, whatif.name}
assert not answer["difference"].isna().any()
