"""The article view: one document's text, with its spans and relations painted over it.

It knows ``annotator.domain`` and ``annotator.ui.theme``, and nothing of files, commands or sessions: it reads through
``model.ArticleModel`` and says what the person wants by signals.  Offsets in every signal, method and plain value are code points of
the original text; ``qt_position`` (UTF-16 code units of the display text) exists inside this package alone.

Pure, without Qt: ``layout`` (rows, chips, room), ``arcs``, ``damage`` (what must be repainted), ``hit``, ``hints``, ``caret``, ``walk``,
``overview`` and ``picture_pages``, ``model``.  With Qt: ``metrics``, ``fill``, ``pace`` (laying out in slices), ``geometry`` (where text
stands), ``scene`` (what a visible line shows), ``paint`` and ``paint_marks``, ``spoken``, ``keys``.

The widget has six storeys: ``sheet`` is the text, ``surface`` paints over it, ``navigator`` has a caret and a focus, ``chooser`` walks and
chooses several, ``asks`` makes requests, ``view`` has hands, which are ``modes`` and ``pointer``.  Beside it stands ``overview_strip``;
``picture`` draws a whole article anywhere else, on paper too.
"""
