# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# # A lever of your own, and a rule of your own for the staff
#
# A **lever** is a file: a set of dated changes with the size of its effect, its range and its evidence. It is all that is
# needed wherever the plan can be said in numbers that change.

# %%
import tempfile
from pathlib import Path

from workforce_sim import compare, read_scenario

base = Path("../scenarios/adult_community.yaml").resolve()
folder = Path(tempfile.mkdtemp())
_ = (folder / base.name).write_bytes(base.read_bytes())
(folder / "my_levers").mkdir()
lever = """\
name: retain.parking
theme: A17
title: Free parking
mechanism: People who drive to work stay a little longer.
effect: {meaning: fewer people resign in a year, low: 0%, default: 10%, high: 20%}
changes:
  - factor: workforce.roles.*.leavers
    by: {low: x1, default: x0.9, high: x0.8}
lag: 26 weeks
costs: {once: "£0", per_year: "£9,000 per year"}
grade: U
unknown: Everything; the size is made up for this page.
"""
(folder / "my_levers" / "retain.parking.yaml").write_text(lever, encoding="utf-8")
(folder / "parking.yaml").write_text(
    "extends: adult_community.yaml\nname: Free parking\nlever_folder: my_levers\n"
    "levers: [{lever: retain.parking, from: 2026-07-01, effect: high}]\n",
    encoding="utf-8",
)
study = compare(folder / base.name, folder / "parking.yaml", replications=10, seed=1)
study.comparison.query("measure in ('turnover', 'waiting_list', 'cost.total') and year == 5").iloc[:, 2:]

# %% [markdown]
# ## A rule of your own for the staff
#
# Staff are simulated as SimPy processes. What cannot be said in a scenario, not even as a standing rule, may be written as
# one more process and given to a single run: `simulate(inputs, seed, replication, policies=[…])`. It is told the workforce
# as the clock begins, waits for days of its choice, and changes what holds for the staff from then on.
#
# This is for trying things out: such a run is made in this process, nothing of the policy is recorded in a scenario, and no
# table or finished replication is kept. When it matters, make it a lever, or a part of the model.
#
# The policy here: every quarter, the role with the most vacant posts gets a fair; until the next quarter a round of adverts
# for it takes half the time.

# %%
from dataclasses import replace

QUARTER = 91


def fair(workforce):
    """Every quarter, halve the time of a round for the role with the most vacant posts."""
    usual = workforce.rules
    names = workforce.inputs.names.roles
    for day in range(QUARTER, workforce.inputs.days, QUARTER):
        yield workforce.until(day)
        vacant = [workforce.recruitment.vacant((0, role)) for role in range(len(names))]
        worst = max(range(len(names)), key=vacant.__getitem__)
        roles = list(usual.roles)
        roles[worst] = replace(roles[worst], round_days=roles[worst].round_days / 2)
        workforce.set_rules(replace(usual, roles=tuple(roles)))
        held.append((day, names[worst], vacant[worst] / 100))


# %%
from workforce_sim.engine.simulate import simulate
from workforce_sim.engine.staffing import Staffing
from workforce_sim.inputs.compile import compile_inputs

inputs = compile_inputs(read_scenario(base))
differences = []
for replication in range(8):
    held = []
    without = simulate(inputs, seed=1, replication=replication)
    with_fair = simulate(inputs, seed=1, replication=replication, policies=[fair])
    in_post = [run.staffing[-12:, 0, :, Staffing.IN_POST].sum(axis=1).mean() / 100 for run in (without, with_fair)]
    differences.append(in_post[1] - in_post[0])
print("the first fairs of the last run:", held[:3])
print(
    "WTE in post in the last year, with the fairs less without, run by run:", [round(float(d), 2) for d in differences]
)

# %% [markdown]
# The same run number meets the same luck with and without the policy, so that the difference of a run is what the policy
# did in it. Eight runs are few: `workforce_sim.analysis.intervals.t_interval` tells how sure their mean is.

# %%
import numpy as np

from workforce_sim.analysis.intervals import t_interval

mean, low, high = t_interval(np.array(differences))
print(f"{mean:+.2f} WTE ({low:+.2f} to {high:+.2f}), in this model, with these assumptions")
assert len(held) == (inputs.days - 1) // QUARTER
again = simulate(inputs, seed=1, replication=7, policies=[fair])
assert (again.staffing == with_fair.staffing).all()
