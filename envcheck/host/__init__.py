"""The only room that touches the machine: programs, sockets, disk, files, the package manager."""
