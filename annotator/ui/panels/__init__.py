"""The parts of the window beside the article: plain widgets that know neither the main window nor the store's writing side.

They take values through methods and say by signals what the person wants; whoever owns the window connects those to commands.
``parts`` holds what they are built from, ``paint`` what their delegates draw.
"""
