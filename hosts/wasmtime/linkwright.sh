#!/bin/sh
# linkwright for wasmtime, without JavaScript: `linkwright.sh link FILE... --out IMAGE`, `linkwright.sh inspect FILE`.
# What wasmtime runs sees files only in folders that it was granted: here the current one, and those that the arguments name.
# WASMTIME may name another wasmtime than the build's.
set -eu
build="$(dirname "$0")/../../build"
wasm="$build/wasm"
wasmtime="${WASMTIME:-$build/tools/wasmtime/wasmtime_cli/wasmtime}"
for file in "$wasmtime" "$wasm/core.wasm" "$wasm/wasmtime-cli.wasm"; do
  [ -f "$file" ] || { printf 'linkwright: %s is missing; `npm run build` makes it\n' "$file" >&2; exit 1; }
done

count=$#
for word in "$@"; do
  case "$word" in --*=*) path="${word#--*=}" ;; *) path="$word" ;; esac
  case "$path" in /* | .. | ../* | */../*) ;; *) continue ;; esac
  if [ -d "$path" ]; then folder="$path"; else folder="$(dirname -- "$path")"; fi
  [ ! -d "$folder" ] || set -- "$@" --dir "$folder"
done

# What was typed goes behind what was granted.
set -- "$@" "$wasm/wasmtime-cli.wasm"
while [ "$count" -gt 0 ]; do
  set -- "$@" "$1"
  shift
  count=$((count - 1))
done
exec "$wasmtime" run --dir . \
  --preload memory="$wasm/sandbox.wasm" --preload source="$wasm/wasmtime-source.wasm" --preload link="$wasm/wasmtime-link.wasm" \
  --preload machine="$wasm/wasmtime-machine.wasm" --preload log="$wasm/wasmtime-log.wasm" --preload linkwright="$wasm/core.wasm" "$@"
