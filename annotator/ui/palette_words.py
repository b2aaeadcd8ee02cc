"""Other words by which people look for a command, in English and Indonesian; the names themselves need not stand here.

They are never shown, so they are not translated: whoever types one has learnt it elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping

OTHER_NAMES: Mapping[str, tuple[str, ...]] = {
    "document.done": ("finish complete submit accept all", "selesai kirim"),
    "document.flag": ("bookmark mark star", "tandai penanda"),
    "document.next": ("forward", "maju"),
    "document.previous": ("back", "mundur"),
    "document.reopen": ("reopen undone", "buka lagi"),
    "document.skip": ("ignore later", "abaikan"),
    "document.suggest": ("predict pre-annotate model auto", "prediksi otomatis"),
    "edit.keys": ("shortcuts hotkeys keybindings keyboard", "pintasan tombol"),
    "edit.preferences": ("settings options configuration theme language", "pengaturan opsi setelan"),
    "edit.redo": ("again repeat", "ulang"),
    "edit.undo": ("revert back", "batal"),
    "find.inbox": ("inconsistent conflicts quality check", "tidak konsisten"),
    "find.open": ("search article", "cari teks"),
    "find.project": ("find everywhere grep concordance", "cari semua"),
    "help.about": ("version diagnostics log", "versi tentang"),
    "help.keys": ("cheat sheet shortcuts hotkeys", "pintasan daftar"),
    "help.pages": ("manual documentation", "bantuan panduan petunjuk"),
    "help.tour": ("tutorial introduction", "tutorial pengenalan"),
    "item.kb-id": ("wikidata entity linking knowledge base", "tautan basis pengetahuan"),
    "item.note": ("comment remark", "komentar"),
    "move.jump": ("go to word hint", "lompat kata"),
    "project.backups": ("restore recover", "pulihkan"),
    "project.copy": ("save as duplicate", "simpan sebagai"),
    "project.demo": ("example sample", "contoh"),
    "project.export": ("save as download spacy docbin conll brat json", "unduh simpan sebagai"),
    "project.import": ("load upload add files articles", "muat unggah tambah berkas"),
    "project.picture": ("screenshot image svg png pdf", "gambar tangkapan"),
    "project.print": ("paper pdf", "kertas"),
    "project.scheme": ("labels tags types colours guidelines ontology", "label warna pedoman"),
    "project.statistics": ("figures counts charts progress dashboard", "angka grafik kemajuan"),
    "project.suggest": ("predict pre-annotate model auto train", "prediksi otomatis"),
    "relation.start": ("link connect arc", "hubungkan kaitkan"),
    "span.propagate": ("apply to all repeat same", "terapkan semua"),
    "span.remove": ("delete", "hapus"),
    "view.arcs": ("relations lines show hide", "garis busur"),
    "view.density": ("compact comfortable spacing", "rapat lapang"),
    "view.full-screen": ("focus mode distraction free fullscreen zen", "layar penuh"),
    "view.grid": ("matrix relations table", "matriks tabel relasi"),
    "view.text": ("font size width typeface", "huruf fon ukuran"),
    "view.theme-dark": ("dark mode night black theme", "mode gelap tema malam"),
    "view.theme-light": ("light mode day white theme", "mode terang tema siang"),
    "view.theme-system": ("automatic theme mode", "tema otomatis sistem"),
    "view.zoom-in": ("zoom in bigger font", "perbesar"),
    "view.zoom-out": ("zoom out smaller font", "perkecil"),
    "view.zoom-reset": ("zoom 100 normal", "ukuran asli"),
    "window.quit": ("exit close leave", "tutup"),
}
