#!/bin/sh
# Make the desktop know the program: menu entry, icons, file type and the page in the software centre.
#
#   packaging/linux/install.sh [--remove] [COMMAND]
#
# COMMAND is the program to start, by default annotator-window if it is on PATH, else the one of this checkout's environment.
# Everything goes below $XDG_DATA_HOME (~/.local/share), or below $PREFIX/share where PREFIX is set.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
if [ -n "${PREFIX:-}" ]; then share=$PREFIX/share; else share=${XDG_DATA_HOME:-$HOME/.local/share}; fi

entry=$share/applications/annotator.desktop
type=$share/mime/packages/annotator.xml
page=$share/metainfo/org.annotator.Annotator.metainfo.xml
icons=$share/icons/hicolor

tell_the_desktop() {
  # each is there only where something reads what it writes
  if command -v update-mime-database >/dev/null && [ -d "$share/mime" ]; then update-mime-database "$share/mime"; fi
  if command -v update-desktop-database >/dev/null && [ -d "$share/applications" ]; then update-desktop-database "$share/applications"; fi
  if command -v gtk-update-icon-cache >/dev/null && [ -f "$icons/index.theme" ]; then gtk-update-icon-cache -q "$icons"; fi
}

if [ "${1:-}" = --remove ]; then
  rm -f "$entry" "$type" "$page" "$icons/scalable/apps/annotator.svg" "$icons/scalable/mimetypes/application-x-annotator-project.svg"
  for size in 16 24 32 48 64 128 256 512; do rm -f "$icons/${size}x$size/apps/annotator.png"; done
  tell_the_desktop
  exit 0
fi

program=${1:-}
if [ -z "$program" ]; then
  if command -v annotator-window >/dev/null; then program=annotator-window; else program=$here/../../.venv/bin/annotator-window; fi
fi
case $program in */*) program=$(cd "$(dirname "$program")" && pwd)/$(basename "$program") ;; esac
command -v "$program" >/dev/null || { echo "$program is not there or cannot be run; name the program to start." >&2; exit 1; }
# in a desktop entry a quoted word has four characters that need a backslash, and a backslash is written twice; a percent sign, too
quoted=$(printf '%s' "$program" | sed -e 's/\\/\\\\\\\\/g' -e 's/["`$]/\\\\&/g' -e 's/%/%%/g')

for size in 16 24 32 48 64 128 256 512; do
  install -D -m 644 "$here/../icons/annotator-$size.png" "$icons/${size}x$size/apps/annotator.png"
done
install -D -m 644 "$here/../../resources/icons/annotator.svg" "$icons/scalable/apps/annotator.svg"
install -D -m 644 "$here/application-x-annotator-project.svg" "$icons/scalable/mimetypes/application-x-annotator-project.svg"
install -D -m 644 "$here/annotator-mime.xml" "$type"
install -D -m 644 "$here/org.annotator.Annotator.metainfo.xml" "$page"
mkdir -p "$(dirname "$entry")"
QUOTED=$quoted awk '/^Exec=/ { sub(/annotator-window/, ""); print "Exec=\"" ENVIRON["QUOTED"] "\"" substr($0, 6); next } { print }' \
  "$here/annotator.desktop" >"$entry"
chmod 644 "$entry"
tell_the_desktop
