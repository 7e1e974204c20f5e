# How programs and libraries with Swift's libraries inside are linked; scripts in Tools read this. They are linked from
# the objects of 'swift build -c release', which tests and other programs have too.
# shellcheck shell=bash disable=SC2034

static_folder=$PWD/.build/static
# The linker takes the first folder that has a library at all, so this one holds nothing but archives.
archives=$static_folder/archives
rm -rf "$archives"
mkdir -p "$archives"
for library in png z stdc++; do
  file=$(gcc -print-file-name="lib$library.a")
  if [[ $file == /* ]]; then
    ln -s "$file" "$archives/"
  else
    printf 'build: there is no lib%s.a here, so the library will be loaded at each start\n' "$library" >&2
  fi
done
# What Swift's modules ask for by themselves only where they are compiled for this.
swift_parts=(-lFoundationEssentials -l_FoundationCShims -l_FoundationCollections -lswiftSynchronization -lswiftGlibc
  -lswift_StringProcessing -lswift_RegexParser -lswift_Concurrency -lswiftDispatch)
static_options=(-L "$archives" "${swift_parts[@]}" -Xlinker --no-export-dynamic)
# Foundation has a function that the linker warns of; nothing here calls it.
without_noise() { grep -v 'dangerous, better use' || true; }
