#!/bin/busybox sh
# shellcheck shell=dash
# Only this file and busybox are in the image.
exec /bin/busybox cat <<'TEXT'

Hello from Docker!

This is envcheck's stand-in for the hello-world image, built from Debian's packages.
That you can read this shows that on this machine
 - the client reached the engine,
 - the engine could build an image and keep it,
 - it could make a container of the image and start it,
 - and what the container wrote came back to the client.
It does not show that images can be pulled: this one came from no registry.

TEXT
