# What the scripts beside this one share; they read it.
# shellcheck shell=bash disable=SC1090

boards=$(dirname "${BASH_SOURCE[0]}")/boards

fail() {
  printf 'firmware-sim: %s\n' "$*" >&2
  exit 1
}

wrong() {
  printf 'firmware-sim: %s (see firmware-sim/%s --help)\n' "$*" "$(basename "$0")" >&2
  exit 2
}

# Usage: usage_up_to WORDS: prints the comment at the head of the script, up to a line that starts with these.
usage_up_to() { sed -n "2,/^# $1/{/^# $1/d;s/^# \\{0,1\\}//p}" "$boards/../$(basename "$0")"; }

# Prints the board that was probably meant.
nearest_board() {
  python3 - "$1" "$boards"/* <<'PYTHON'
import difflib, os.path, sys
boards = [os.path.basename(path) for path in sys.argv[2:]]
# Their parts count too: an386 is enough.
names = {part.lower(): board for board in boards for part in board.split("-")} | {board: board for board in boards}
for name in difflib.get_close_matches(sys.argv[1].lower(), names, n=1):
    print(", did you mean " + names[name] + "?", end="")
PYTHON
}

# Usage: read_board NAME: reads a board's settings.
read_board() {
  [[ -n $1 && -f $boards/$1/board.sh ]] ||
    wrong "there is no board '$1'$(nearest_board "$1"); there are: $(cd "$boards" && echo *)"
  source "$boards/$1/board.sh"
}

# Usage: prepared_folder FOLDER: prints its path from the root; it must hold what octet-firmware prepare writes.
prepared_folder() {
  [[ -f $1/sizes.sh ]] ||
    fail "$1 holds no model and images; put them there: .build/release/octet-firmware prepare MODEL.octet --folder $1"
  (cd "$1" && pwd)
}
