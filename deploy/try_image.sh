#!/bin/sh
# Build the image of the Dockerfile without a Docker daemon and without a registry of images, and do the main job in it.
#   deploy/try_image.sh [BASE]        as root on Debian: apt-get install buildah debootstrap git
# Without BASE the base is made of Debian's own packages: python3 and pip, called `python`, and nothing else.
# The port is the image's own, 8501, on this machine: it must be free.
set -eu
export STORAGE_DRIVER="${STORAGE_DRIVER:-vfs}" BUILDAH_ISOLATION="${BUILDAH_ISOLATION:-chroot}"
here=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
server= container=
end() {
    if [ -n "$server" ]; then kill "$server" 2>/dev/null || true; fi
    if [ -n "$container" ]; then buildah rm "$container" >/dev/null; fi
    rm -rf "$work"
}
trap end EXIT

base=${1:-}
if [ -z "$base" ]; then
    base=localhost/rankshift-base
    debootstrap --variant=minbase --include=python3,python3-pip,ca-certificates bookworm "$work/base" >"$work/log" || { tail "$work/log"; exit 1; }
    rm -f "$work"/base/usr/lib/python3*/EXTERNALLY-MANAGED # as in the base of the Dockerfile, pip may install
    ln -sf python3 "$work/base/usr/bin/python"
    certificates=/etc/ssl/certs/ca-certificates.crt # this machine's, which may know a proxy
    cp "$certificates" "$work/base$certificates"
    made=$(buildah from scratch)
    buildah add -q "$made" "$work/base" / >/dev/null
    buildah config --env LANG=C.UTF-8 --env SSL_CERT_FILE=$certificates --env PIP_CERT=$certificates "$made"
    buildah commit -q "$made" "$base" >/dev/null
    buildah rm "$made" >/dev/null
fi

git -C "$here" archive --prefix=context/ HEAD | tar -x -C "$work" # what a fresh clone has
touch "$work/context/real.db" "$work/context/data/real.db.head"  # what a store beside it must not bring in
buildah bud --quiet --format docker --build-arg "BASE=$base" -t rankshift "$work/context" >/dev/null
container=$(buildah from rankshift)
inside() { buildah run "$container" -- "$@"; } # /data is a volume that stays with the container

echo "user $(inside id -u)"
echo "stores in the image: $(inside find /opt/rankshift -name '*.db*' | wc -l)"
inside rankshift load ensu2015 --demo
inside sh -c "rankshift league --language en | tail -n 3"
inside sh -c "$(buildah inspect --type image --format '{{index .Docker.Config.Cmd 2}}' rankshift)" >"$work/served" 2>&1 &
server=$!
inside python - <<'PYTHON' || { cat "$work/served"; exit 1; }
import time
from urllib.request import urlopen

for _ in range(300):
    try:
        urlopen("http://127.0.0.1:8501/_stcore/health")
        break
    except OSError:
        time.sleep(1)
page = urlopen("http://127.0.0.1:8501/").read()
print(f"page {len(page)} bytes, health {urlopen('http://127.0.0.1:8501/_stcore/health').read().decode()}")
PYTHON
cat "$work/served"
echo "the image was built and did its job"
if [ -n "${LOOK:-}" ]; then
    echo "http://127.0.0.1:8501 for $LOOK seconds"
    sleep "$LOOK"
fi
