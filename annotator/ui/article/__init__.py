"""The article view: one document's text, with its spans and relations painted over it.

It knows ``annotator.domain`` and ``annotator.ui.theme``, and nothing of files, commands or sessions: it reads through
``model.ArticleModel`` and says what the person wants by signals.  Offsets in every signal, method and plain value are code points of
the original text; ``qt_position`` (UTF-16 code units of the display text) exists inside this package alone.

Pure, without Qt: ``layout`` (rows, chips, room), ``arcs``, ``hit``, ``hints``, ``caret``, ``walk``, ``model``.  With Qt: ``metrics``,
``fill``, ``geometry`` (where text stands), ``scene`` (what a visible line shows), ``paint`` and ``paint_marks``, ``spoken``, ``keys``; and
the widget in four storeys: ``surface`` shows, ``navigator`` has a caret and a focus, ``asks`` makes requests, ``view`` has hands, which
are ``modes`` and ``pointer``.
"""
