"""The STRESS-DES appendix: what must be told so that another modeller can rebuild a study.

Headings are those of Monks et al., *Strengthening the reporting of empirical simulation studies*, Journal of Simulation
13 (2019), 55-67. In: a study. Out: heading → item → text; what is the same in every study stands here, the rest is read
from the study.
"""

from __future__ import annotations

from workforce_sim.present.words import joined
from workforce_sim.run import Study


def stress_des(study: Study) -> dict[str, dict[str, str]]:
    """The checklist, filled in."""
    return {
        "1. Objectives": _objectives(study),
        "2. Logic": _logic(study),
        "3. Data": _data(study),
        "4. Experimentation": _experimentation(study),
        "5. Implementation": {
            "5.1 Software": ", ".join(f"{name} {version}" for name, version in study.manifest["versions"].items()),
            "5.2 Random sampling": (
                "Philox 4x32-10, keyed by seed, replication, person, purpose and count: no draw depends on another's."
            ),
            "5.3 Model execution": "Event-driven staff processes within a fixed order of each day; docs/model.md.",
            "5.4 System": "Results are the same on every machine and with any number of processes.",
        },
        "6. Code access": {
            "6.1 Model": "Open source (MIT). The scenarios as resolved are in manifest.json beside the results.",
        },
    }


def _objectives(study: Study) -> dict[str, str]:
    baseline, first = study.manifest["baseline"], study.told(study.names[0])
    return {
        "1.1 Purpose": first["description"] or "Not told: give the scenario a description.",
        "1.2 Model outputs": (
            f"{study.summary['measure'].nunique()} measures by year, each defined in the table of measures: waits "
            "on four clocks (completed, still waiting, and of all who join), lists, caseloads, staff, activity, "
            "safety and cost."
        ),
        "1.3 Aims of experimentation": (
            f"{joined(study.others)} beside {baseline}." if baseline else f"What becomes of {joined(study.names)}."
        ),
    }


def _logic(study: Study) -> dict[str, str]:
    tree = study.told(study.names[0])["tree"]
    return {
        "2.1 Base model overview": (
            "People are referred, triaged, assessed, wait by package of care, join the caseload of a named "
            "clinician, are seen again and again and leave; staff are recruited, trained, tire, go on leave and "
            "leave in the same run. The day's order and every rule: docs/model.md."
        ),
        "2.2 Base model logic": "Time goes by days; staff processes are SimPy events; the clinic is compiled.",
        "2.3 Scenario logic": (
            "What each what-if changes is listed above, with dates, levers and their evidence."
            if study.others
            else "One scenario alone."
        ),
        "2.4 Algorithms": (
            "Who is next, who may treat whom, and how a caseload is handed over: docs/model.md. Waits: life tables "
            "with delayed entry, Aalen and Johansen (1978)."
        ),
        "2.5 Components": (
            f"Entities: people by severity ({joined(list(tree['severities']))}). Activities: triage, assessment, "
            f"contacts of packages ({joined(list(tree['packages']))}), supervision, training. Resources: "
            f"clinicians of the roles {joined(list(tree['workforce']['roles']))}. Queues: by severity, for "
            f"assessment, for each package, and for a clinician after a hand-over. Entry: referral from "
            f"{joined(list(tree['demand']['sources']))}. Exit: declined, gave up, dropped out, completed, "
            "transferred."
        ),
    }


def _data(study: Study) -> dict[str, str]:
    numbers = study.register(study.names[0])
    known = sum(not number.assumed for number in numbers)
    return {
        "3.1 Data sources": f"{known} of {len(numbers)} numbers have evidence, with their sources listed above.",
        "3.2 Pre-processing": "None by the package, unless a calibrated layer is part of the scenario; it says so.",
        "3.3 Input parameters": f"{len(numbers)} numbers, every one listed above with value, range and grade.",
        "3.4 Assumptions": f"{len(numbers) - known} numbers are assumptions, and are listed as such.",
    }


def _experimentation(study: Study) -> dict[str, str]:
    manifest, first = study.manifest, study.told(study.names[0])
    years, many = first["years"], manifest["replications"]
    return {
        "4.1 Initialisation": _start(first["tree"]),
        "4.2 Run length": (
            f"{years[0]['from']} to {years[-1]['to']}: {len(years)} years of results."
            if years
            else "No whole month of results."
        ),
        "4.3 Estimation approach": (
            f"{many} replications of each scenario, seed {manifest['seed']}, on common random numbers: replication "
            "n of every scenario meets the same people and the same luck. Means with 95% t-intervals; differences "
            "paired by replication."
        ),
    }


def _start(tree: dict[str, object]) -> str:
    if warm := tree.get("warm_up"):
        return f"Empty, with a warm-up of {warm}, which does not count."
    return "With the people who wait and are in treatment today, as the scenario states them; no warm-up is needed."
