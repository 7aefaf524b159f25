"""Groups the worker's translation units: most of its compile time is the same headers, read again for each file.

Owns which files may share a unit. Knows nothing of meson beyond the list `common_sources` in its build file.
"""

import pathlib
import re

# Files that define the same local names as others, or begin with macros that others must not see: each is compiled alone.
ALONE = (
    r"src/[^/]+\.cpp",
    r"src/(handles|Channel|Utils)/.+",
    r"src/RTC/(WebRtc|Plain|Pipe|Direct)[^/]*\.cpp",
    r"src/RTC/RTCP/Feedback(Ps|Rtp)?\.cpp",
    r"src/RTC/BWE/(InterArrivalDelta|TransportWideCcFeedbackGenerator)\.cpp",
    r"src/RTC/SCTP/association/TransmissionControlBlock\.cpp",
)
PER_GROUP = 20


def split(sources: list[str]) -> tuple[list[str], list[list[str]]]:
    """Those that stay alone, and groups of the others, in the order given."""
    alone = [source for source in sources if any(re.fullmatch(pattern, source) for pattern in ALONE)]
    others = [source for source in sources if source not in set(alone)]
    return alone, [others[start : start + PER_GROUP] for start in range(0, len(others), PER_GROUP)]


def regroup(worker: pathlib.Path) -> str:
    """Rewrites `meson.build` of a copy of the worker, and says what became of its sources."""
    build = worker / "meson.build"
    text = build.read_text()
    listed = re.search(r"common_sources = \[\n(.*?)\n\]", text, re.DOTALL)
    if listed is None:
        raise SystemExit(
            f"{build} has no list `common_sources`: this version of mediasoup-sys is laid out otherwise. "
            "Adapt tools/media-offline/grouping.py, or build upstream's way (docs/media.md)."
        )
    sources = re.findall(r"'([^']+\.cpp)'", listed.group(1))
    alone, groups = split(sources)
    names = list(alone)
    for number, group in enumerate(groups):
        name = f"group{number}.cpp"
        # Every file defines MS_CLASS, the prefix of its log lines.
        (worker / name).write_text("".join(f'#include "{source}"\n#undef MS_CLASS\n' for source in group))
        names.append(name)
    rows = "\n".join(f"  '{name}'," for name in names)
    build.write_text(text.replace(listed.group(0), f"common_sources = [\n{rows}\n]"))
    return f"{len(sources)} sources: {len(alone)} alone, the others in {len(groups)} groups"
