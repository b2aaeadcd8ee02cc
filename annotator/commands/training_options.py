"""What can be asked of an export of training data beside the writer's own options."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from annotator.domain.splitting import shares
from annotator.errors import FormatError
from annotator.formats.table import FORMATS

OPTIONS: Mapping[str, tuple[str, ...]] = FORMATS["spacy"].export_options or {}
"""What can be asked for beside the writer's own options, the default first; none listed means any text."""


@dataclass(frozen=True, slots=True)
class TrainingOptions:
    """What is asked for: ``shares`` of train, dev and test (empty: one file), the rest as in ``OPTIONS``."""

    shares: tuple[float, ...] = ()
    tokenizer: str = "keep"
    training: str = "none"
    debug_data: str = "no"

    @property
    def wanted(self) -> bool:
        """Whether anything is asked for that a writer alone does not do."""
        return self != TrainingOptions()


def taken(options: Mapping[str, str]) -> tuple[TrainingOptions, dict[str, str]]:
    """Return these options, and the rest, which is the writer's; raises ``FormatError`` for a value that there is not."""
    for name, values in OPTIONS.items():
        if values and options.get(name, values[0]) not in values:
            raise FormatError(f"“{name}” is one of {', '.join(values)}, not “{options[name]}”.")
    given = {name: options[name] for name in ("tokenizer", "training", "debug_data") if name in options}
    found = TrainingOptions(shares(options["split"]) if "split" in options else (), **given)
    if found.debug_data == "yes" and found.training == "none":
        raise FormatError("“debug_data” checks a training config: ask for one with training=auto, too.")
    return found, {name: value for name, value in options.items() if name not in OPTIONS}
