# How programs and libraries with Swift's libraries inside are built; scripts in Tools read this. With a folder of their
# own, these builds and those of the tests do not undo each other.
# shellcheck shell=bash disable=SC2034

static_folder=.build/static
# The linker takes the first folder that has a library at all, so this one holds nothing but archives.
archives=$PWD/$static_folder/archives
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
static_options=(--scratch-path "$static_folder" --static-swift-stdlib
  -Xswiftc -L"$archives" -Xswiftc -Xclang-linker -Xswiftc -static-libgcc -Xlinker --no-export-dynamic
  -Xlinker -Map="$PWD/$static_folder/octet.map")
