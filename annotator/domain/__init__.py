"""The words of this program, and what they mean: pure Python, no files, no SQL, no Qt, no spaCy.

Glossary
--------
Document
    A text with a name and metadata.  Its text never changes.
Span
    A labelled piece of text: one or more *fragments* ``(start, end)``, half-open, in Unicode code points of the exact original
    text.  Optional: attributes, note, knowledge-base id, confidence, *origin* (who or what made it), *reviewed*.
Relation
    A labelled link from a *head* span to a *tail* span; directed unless its label says symmetric.
Annotation set
    The spans and relations of one *annotator* (a person, a model, or the adjudicated gold) on one document.
Suggestion
    An unreviewed span or relation in a person's set, copied from a model's set; ``derived_from`` points back.
Verdict
    A stored rejection of a suggestion, so that a later run of the same model does not bring it back.
Status
    ``new``, ``in progress``, ``done`` or ``skipped``: of one annotation set, never of the document alone.
Gold
    The adjudicated set where there is one; else the set of the only person who is done; where several are done and differ, none.
Knowledge base
    What the ids mean that spans are linked to: *entries* with an id, a name and aliases.  Reference data, no part of the annotations.
Label scheme
    Span labels, relation labels with argument constraints, attributes and document categories.

Words to avoid: *entity* for span (an entity is what the label says), *layer*, *tag*, *mark-up*.

Modules: ``text`` (offsets, tokens, snapping), ``annotations``, ``labels``, ``documents``, ``rules`` (validation), ``changes`` (what an
edit did), ``propagation`` (where the same text stands once more), ``agreement`` (scores between two sets), ``exchange`` (records and
reports of the formats), ``progress``.
"""
