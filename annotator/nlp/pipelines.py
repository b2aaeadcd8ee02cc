"""Any spaCy pipeline as a suggester: the spans of its ents and span groups, and the relations of ``doc._.rel``.

The data of a pipeline are loaded without importing the package around them.  Code of its own runs only where the setup is
``trusted``.  It works on the project's tokens where its language is the project's, else on those of its own tokenizer.  A span of it
is trimmed of white space and widened to the project's tokens; one outside the text, or without a label, is left out.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator, Sequence
from functools import cache
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from typing import Any

from annotator.domain.annotations import Relation, Span
from annotator.domain.suggesting import Passage, Suggester, SuggesterSetup, Suggestions
from annotator.domain.text import Range, snap
from annotator.errors import SuggesterError
from annotator.nlp.pipelines_info import FACTORIES, SPAN_MAKERS, PipelineInfo, inspect
from annotator.nlp.spacy_docs import exact_doc_of

_LEAST_SCORE = 0.5
"""A relation component scores every pair of entities; what scores less is no relation."""

_IDLE = frozenset(
    ("attribute_ruler", "lemmatizer", "morphologizer", "tagger", "trainable_lemmatizer", "textcat", "textcat_multilabel")
)
"""spaCy's components that neither label spans nor set borders that these may not cross."""

_LOOK_AT_NONE = frozenset(
    ("tok2vec", "ner", "beam_ner", "spancat", "spancat_singlelabel", "parser", "beam_parser", "senter", "sentencizer")
)
"""Those that need nothing of what the idle ones do, nor a tokenizer."""


def load(setup: SuggesterSetup) -> Suggester:
    """Return the suggester of the pipeline ``setup.source``; raises ``SuggesterError`` where it cannot be loaded or is not trusted."""
    info = inspect(setup.source)
    if info.own_code and not setup.trusted:
        raise SuggesterError(
            f"The pipeline {setup.source} brings code that is not spaCy's: {_listed(info.own_code)}."
            " Allow it if you trust where it comes from."
        )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that it was made for another minor version is in the info
        return _Pipeline(_loaded(info, setup.language), info, setup)


def _listed(reasons: Sequence[str]) -> str:
    shown = ", ".join(reasons[:5])
    return f"{shown} and {len(reasons) - 5} more" if len(reasons) > 5 else shown


def _loaded(info: PipelineInfo, language: str) -> Any:
    """Return the ``Language``; the code it brings runs first, if any, which was trusted by now."""
    import spacy
    from spacy.tokens import Doc

    if not Doc.has_extension("rel"):
        Doc.set_extension("rel", default={})
    exclude: list[str] = []
    config: dict[str, Any] = {}
    kinds = set(info.factories.values())
    if kinds <= _IDLE | _LOOK_AT_NONE and kinds & SPAN_MAKERS:
        exclude = [name for name, factory in info.factories.items() if factory in _IDLE]
        if info.language == language:  # then its tokenizer is not called, which takes Indonesian seconds to make
            exclude.append("tokenizer")
            config = {"nlp.tokenizer": {"@tokenizers": _no_tokenizer()}}
    try:
        _run_code(info)
        return spacy.util.load_model_from_path(info.folder, exclude=exclude, config=config)
    except Exception as error:
        raise SuggesterError(f"The pipeline {info.source} cannot be loaded: {_said(error)}.") from error


@cache
def _no_tokenizer() -> str:
    """Return the name under which spaCy finds a tokenizer that makes of each text one token."""
    import spacy
    from spacy.tokens import Doc

    def make() -> Any:
        return lambda nlp: lambda text: Doc(nlp.vocab, words=[text])

    name = "annotator.NoTokenizer.v1"
    spacy.registry.tokenizers(name, func=make)  # type: ignore[attr-defined]
    return name


def _run_code(info: PipelineInfo) -> None:
    if not info.code:
        return
    if info.package:
        import_module(info.package)
        return
    for number, path in enumerate(info.code):
        spec = spec_from_file_location(f"_pipeline_code_{abs(hash(info.folder))}_{number}", path)
        if spec is None or spec.loader is None:
            continue
        module = module_from_spec(spec)
        sys.modules[spec.name] = module
        spec.loader.exec_module(module)


def _said(error: BaseException) -> str:
    """Return the kind and the words of an error on one line."""
    words = " ".join(str(error).split())[:300].rstrip(".")
    return f"{type(error).__name__}: {words}" if words else type(error).__name__


class _Pipeline:
    """A loaded pipeline, called with batches."""

    def __init__(self, nlp: Any, info: PipelineInfo, setup: SuggesterSetup) -> None:
        self._nlp = nlp
        self._name = setup.name
        self._source = setup.source
        self._shares_tokens = nlp.lang == setup.language
        self._makes_spans = any(kind in SPAN_MAKERS for kind in info.factories.values())
        self._may_link = any(kind not in FACTORIES for kind in info.factories.values())

    def __call__(self, passages: Sequence[Passage], /) -> list[Suggestions]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            made = [self._doc(passage) for passage in passages]
            sound = [doc for doc in made if not isinstance(doc, str)]
            worked = iter(self._through(sound))
            return [
                Suggestions(error=doc) if isinstance(doc, str) else self._suggestions(passage, next(worked))
                for passage, doc in zip(passages, made, strict=True)
            ]

    def _doc(self, passage: Passage) -> Any:
        """Return a Doc, or a sentence that tells why there is none."""
        if len(passage.text) > self._nlp.max_length:
            return f"The text is longer than the {self._nlp.max_length:,} characters that the pipeline takes."
        try:
            if not self._shares_tokens:
                return self._nlp.make_doc(passage.text)
            doc = exact_doc_of(self._nlp.vocab, passage)
            if not self._makes_spans:
                doc.set_ents(_standing(doc, passage))
        except Exception as error:
            return self._failure(error)
        return doc

    def _failure(self, error: Exception) -> str:
        return f"The pipeline {self._source} failed here: {_said(error)}."

    def _through(self, docs: list[Any]) -> list[Any]:
        """Return what the pipeline makes of each Doc: another Doc, or a sentence where it fails."""
        texts = [doc.text for doc in docs]
        try:
            worked: list[Any] = list(self._nlp.pipe(docs))
        except Exception:
            worked = []
        if len(worked) != len(docs):  # one of them is to blame, the others are not; a Doc half worked on is not taken again
            worked = [self._alone(doc) for doc in docs]
        return [
            "The pipeline changed the text here." if not isinstance(doc, str) and getattr(doc, "text", None) != text else doc
            for doc, text in zip(worked, texts, strict=True)
        ]

    def _alone(self, doc: Any) -> Any:
        fresh = type(doc)(doc.vocab, words=[token.text for token in doc], spaces=[bool(token.whitespace_) for token in doc])
        if not self._makes_spans:
            fresh.set_ents([fresh.char_span(ent.start_char, ent.end_char, ent.label_) for ent in doc.ents])
        try:
            (worked,) = self._nlp.pipe([fresh])
        except Exception as error:
            return self._failure(error)
        return worked

    def _suggestions(self, passage: Passage, doc: Any) -> Suggestions:
        if isinstance(doc, str):
            return Suggestions(error=doc)
        try:
            spans = self._spans(passage, doc)
            relations = _relations(passage, doc, spans, self._name) if self._may_link else []
        except Exception as error:  # a component of others may leave anything in a Doc
            return Suggestions(error=self._failure(error))
        kept = list(spans.values())
        if not self._makes_spans and self._may_link:
            linked = {end for relation in relations for end in (relation.head, relation.tail)}
            standing = {(span.start, span.end, span.label) for span in passage.spans}
            kept = [span for span in kept if span.id in linked or (span.start, span.end, span.label) not in standing]
        return Suggestions(tuple(kept), tuple(relations))

    def _spans(self, passage: Passage, doc: Any) -> dict[tuple[int, int, str], Span]:
        """Return the spans by place and label, each once, with the best confidence that is given for it."""
        spans: dict[tuple[int, int, str], Span] = {}
        for found, confidence in _labelled(doc):
            place = _place(passage, found)
            if place is None:
                continue
            key = (*place, found.label_)
            known = spans.get(key)
            if known is None or (confidence or 0) > (known.confidence or 0):
                spans[key] = Span(
                    known.id if known else f"s{len(spans) + 1}",
                    (place,),
                    found.label_,
                    kb_id=found.kb_id_ or found.id_,
                    confidence=confidence,
                    origin=self._name,
                    reviewed=False,
                )
        return spans


def _standing(doc: Any, passage: Passage) -> list[Any]:
    """Return the spans that stand as entities, the longest where they overlap, for a pipeline that only links."""
    from spacy.util import filter_spans

    made = (doc.char_span(span.start, span.end, span.label) for span in passage.spans if not span.discontinuous)
    return filter_spans([span for span in made if span is not None])


def _labelled(doc: Any) -> Iterator[tuple[Any, float | None]]:
    """Yield the spans with a label, with the confidence that a span categorizer gave."""
    yield from ((ent, None) for ent in doc.ents if ent.label_)
    for group in doc.spans.values():
        scores = group.attrs.get("scores")
        if scores is None or len(scores) != len(group):
            scores = [None] * len(group)
        for span, score in zip(group, scores, strict=True):
            if span.label_:
                yield span, None if score is None else round(min(1.0, max(0.0, float(score))), 3)


def _place(passage: Passage, found: Any) -> Range | None:
    start, end = found.start_char, found.end_char
    return snap(passage.tokens, passage.text, start, end) if 0 <= start < end <= len(passage.text) else None


def _relations(passage: Passage, doc: Any, spans: dict[tuple[int, int, str], Span], origin: str) -> list[Relation]:
    """Return the relations of ``doc._.rel``: labels with scores by the indices of the tokens where head and tail begin."""
    scored = doc._.rel if doc.has_extension("rel") else None
    if not isinstance(scored, dict):
        return []
    by_start: dict[int, Span] = {}
    for span in sorted(spans.values(), key=lambda span: -span.end):
        by_start[span.start] = span  # of several that begin there the shortest, unless an entity does
    for ent in doc.ents:
        place = _place(passage, ent)
        if place is not None and (*place, ent.label_) in spans:
            by_start[ent.start_char] = spans[*place, ent.label_]
    found: list[Relation] = []
    for pair, labels in scored.items():
        head, tail = (by_start.get(doc[index].idx) for index in pair)
        if head is None or tail is None or head is tail:
            continue
        for label, score in labels.items():
            if label and score >= _LEAST_SCORE:
                confidence = round(min(1.0, float(score)), 3)
                found.append(
                    Relation(
                        f"r{len(found) + 1}", str(label), head.id, tail.id, confidence=confidence, origin=origin, reviewed=False
                    )
                )
    return found
