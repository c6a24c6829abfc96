/* What Debian says of the machine, for folders that nobody looks into here. */
#define DEB_HOST_MULTIARCH "none"
