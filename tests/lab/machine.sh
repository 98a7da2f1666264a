# The first process of a bare machine: lays the mounts and becomes its init.
# Runs in new mount, process id, control group, host name and network namespaces.
# usage: machine.sh HOME BASE CGROUP_FOLDER...
#   HOME holds `root` and `work` (empty), `upper` (this machine's own files) and `docker`
#   BASE is the root folder that all bare machines share; it is not written to
#   each CGROUP_FOLDER is ours in one hierarchy
set -eu
home=$1
base=$2
shift 2

if [ "$(stat -f -c %T "$home")" = overlayfs ]; then
    echo "$home lies on an overlay, on which neither a machine nor an engine can lay its own" >&2
    exit 1
fi
# A copy would do as well, but takes seconds to write and to remove.
layers=lowerdir=$base,upperdir=$home/upper,workdir=$home/work
mount -t overlay -o "$layers" overlay "$home/root"
cd "$home/root"

mount -t proc proc proc
mount -t sysfs sysfs sys
mount --bind /dev dev
mount -t devpts -o newinstance,ptmxmode=0666,mode=0620 devpts dev/pts
mount -t tmpfs -o mode=1777 tmpfs dev/shm
mount -t tmpfs -o mode=0755 tmpfs run
# overlay2 cannot lie on the overlay that the root is.
mkdir -p var/lib/docker
mount --bind "$home/docker" var/lib/docker

# The machine sees its own groups as the whole tree.
if [ "$#" -eq 1 ] && [ "$1" -ef "/sys/fs/cgroup/${1##*/}" ]; then
    mount --bind "$1" sys/fs/cgroup
else
    mount -t tmpfs -o mode=0755 tmpfs sys/fs/cgroup
    for folder; do
        hierarchy=$(basename "$(dirname "$folder")")
        mkdir "sys/fs/cgroup/$hierarchy"
        mount --bind "$folder" "sys/fs/cgroup/$hierarchy"
    done
fi

hostname bare
# From here on no file of the host can be seen, and none of its mounts is held.
pivot_root . mnt
umount -l /mnt

# The kernel puts away the children of a process that ignores SIGCHLD: an init without code.
echo ready
exec chroot . env --ignore-signal=CHLD sleep infinity < /dev/null > /dev/null 2>&1
