package dev.ringroad.core.linux;

/**
 * Error numbers of Linux that Ringroad meets ({@code asm-generic/errno-base.h}, {@code
 * asm-generic/errno.h}).
 */
public final class Errno {
    public static final int EPERM = 1;
    public static final int ENOENT = 2;
    public static final int ESRCH = 3;
    public static final int EINTR = 4;
    public static final int EIO = 5;
    public static final int ENXIO = 6;
    public static final int EBADF = 9;
    public static final int EAGAIN = 11;
    public static final int ENOMEM = 12;
    public static final int EACCES = 13;
    public static final int EFAULT = 14;
    public static final int EBUSY = 16;
    public static final int EEXIST = 17;
    public static final int EXDEV = 18;
    public static final int ENODEV = 19;
    public static final int ENOTDIR = 20;
    public static final int EISDIR = 21;
    public static final int EINVAL = 22;
    public static final int ENFILE = 23;
    public static final int EMFILE = 24;
    public static final int ENOTTY = 25;
    public static final int EFBIG = 27;
    public static final int ENOSPC = 28;
    public static final int EROFS = 30;
    public static final int EPIPE = 32;
    public static final int ERANGE = 34;
    public static final int ENAMETOOLONG = 36;
    public static final int ENOSYS = 38;
    public static final int ELOOP = 40;
    public static final int ETIME = 62;
    public static final int EOVERFLOW = 75;
    public static final int EBADFD = 77;
    public static final int ENOTSOCK = 88;
    public static final int EDESTADDRREQ = 89;
    public static final int EMSGSIZE = 90;
    public static final int EPROTOTYPE = 91;
    public static final int EPROTONOSUPPORT = 93;
    public static final int EOPNOTSUPP = 95;
    public static final int EAFNOSUPPORT = 97;
    public static final int EADDRINUSE = 98;
    public static final int EADDRNOTAVAIL = 99;
    public static final int ENETDOWN = 100;
    public static final int ENETUNREACH = 101;
    public static final int ECONNABORTED = 103;
    public static final int ECONNRESET = 104;
    public static final int ENOBUFS = 105;
    public static final int EISCONN = 106;
    public static final int ENOTCONN = 107;
    public static final int ETIMEDOUT = 110;
    public static final int ECONNREFUSED = 111;
    public static final int EHOSTUNREACH = 113;
    public static final int EALREADY = 114;
    public static final int EINPROGRESS = 115;
    public static final int ECANCELED = 125;

    private Errno() {}

    /** The symbol of an error number, or {@code errno N} for one that is not listed here. */
    public static String nameOf(int errno) {
        return switch (errno) {
            case EPERM -> "EPERM";
            case ENOENT -> "ENOENT";
            case ESRCH -> "ESRCH";
            case EINTR -> "EINTR";
            case EIO -> "EIO";
            case ENXIO -> "ENXIO";
            case EBADF -> "EBADF";
            case EAGAIN -> "EAGAIN";
            case ENOMEM -> "ENOMEM";
            case EACCES -> "EACCES";
            case EFAULT -> "EFAULT";
            case EBUSY -> "EBUSY";
            case EEXIST -> "EEXIST";
            case EXDEV -> "EXDEV";
            case ENODEV -> "ENODEV";
            case ENOTDIR -> "ENOTDIR";
            case EISDIR -> "EISDIR";
            case EINVAL -> "EINVAL";
            case ENFILE -> "ENFILE";
            case EMFILE -> "EMFILE";
            case ENOTTY -> "ENOTTY";
            case EFBIG -> "EFBIG";
            case ENOSPC -> "ENOSPC";
            case EROFS -> "EROFS";
            case EPIPE -> "EPIPE";
            case ERANGE -> "ERANGE";
            case ENAMETOOLONG -> "ENAMETOOLONG";
            case ENOSYS -> "ENOSYS";
            case ELOOP -> "ELOOP";
            case ETIME -> "ETIME";
            case EOVERFLOW -> "EOVERFLOW";
            case EBADFD -> "EBADFD";
            case ENOTSOCK -> "ENOTSOCK";
            case EDESTADDRREQ -> "EDESTADDRREQ";
            case EMSGSIZE -> "EMSGSIZE";
            case EPROTOTYPE -> "EPROTOTYPE";
            case EPROTONOSUPPORT -> "EPROTONOSUPPORT";
            case EOPNOTSUPP -> "EOPNOTSUPP";
            case EAFNOSUPPORT -> "EAFNOSUPPORT";
            case EADDRINUSE -> "EADDRINUSE";
            case EADDRNOTAVAIL -> "EADDRNOTAVAIL";
            case ENETDOWN -> "ENETDOWN";
            case ENETUNREACH -> "ENETUNREACH";
            case ECONNABORTED -> "ECONNABORTED";
            case ECONNRESET -> "ECONNRESET";
            case ENOBUFS -> "ENOBUFS";
            case EISCONN -> "EISCONN";
            case ENOTCONN -> "ENOTCONN";
            case ETIMEDOUT -> "ETIMEDOUT";
            case ECONNREFUSED -> "ECONNREFUSED";
            case EHOSTUNREACH -> "EHOSTUNREACH";
            case EALREADY -> "EALREADY";
            case EINPROGRESS -> "EINPROGRESS";
            case ECANCELED -> "ECANCELED";
            default -> "errno " + errno;
        };
    }

    /** A few words on an error number, such as {@code out of memory}. */
    public static String describe(int errno) {
        return switch (errno) {
            case EPERM -> "operation not permitted";
            case ENOENT -> "no such file or directory";
            case ESRCH -> "no such process";
            case EINTR -> "interrupted by a signal";
            case EIO -> "input or output error";
            case ENXIO -> "no such device or address";
            case EBADF -> "the descriptor is not open for this";
            case EAGAIN -> "would block, or a resource is used up for now";
            case ENOMEM -> "out of memory";
            case EACCES -> "permission denied";
            case EFAULT -> "bad address";
            case EBUSY -> "the device or resource is busy";
            case EEXIST -> "it exists already";
            case EXDEV -> "the path leads out of where it has to stay";
            case ENODEV -> "no such device";
            case ENOTDIR -> "a part of the path is not a directory";
            case EISDIR -> "it is a directory";
            case EINVAL -> "invalid argument";
            case ENFILE -> "the whole system has too many open files";
            case EMFILE -> "the process has too many open files";
            case ENOTTY -> "the device does not know this request";
            case EFBIG -> "the file would become too big";
            case ENOSPC -> "no space left";
            case EROFS -> "the file system is read-only";
            case EPIPE -> "the other end has closed";
            case ERANGE -> "out of range";
            case ENAMETOOLONG -> "the name is too long";
            case ENOSYS -> "the kernel does not have this call, or a sandbox forbids it";
            case ELOOP -> "too many symbolic links, or one where none may be";
            case ETIME -> "the time is over";
            case EOVERFLOW -> "the value does not fit";
            case EBADFD -> "the descriptor is in a bad state";
            case ENOTSOCK -> "it is not a socket";
            case EDESTADDRREQ -> "a destination address is needed";
            case EMSGSIZE -> "the message is too long";
            case EPROTOTYPE -> "the socket at that address is of another type";
            case EPROTONOSUPPORT -> "the protocol is not supported";
            case EOPNOTSUPP -> "the operation is not supported";
            case EAFNOSUPPORT -> "the address family is not supported";
            case EADDRINUSE -> "the address is in use already";
            case EADDRNOTAVAIL -> "the address is not available";
            case ENETDOWN -> "the network is down";
            case ENETUNREACH -> "no route leads to that network";
            case ECONNABORTED -> "the connection was given up";
            case ECONNRESET -> "the other end has reset the connection";
            case ENOBUFS -> "no buffer space";
            case EISCONN -> "it is connected already";
            case ENOTCONN -> "it is not connected";
            case ETIMEDOUT -> "timed out";
            case ECONNREFUSED -> "the connection was refused, nobody listens there";
            case EHOSTUNREACH -> "no route leads to that host";
            case EALREADY -> "it is under way already";
            case EINPROGRESS -> "it is in progress";
            case ECANCELED -> "it was cancelled";
            default -> "unnamed error";
        };
    }

    /**
     * What usually mends an error, for calls that know no better; empty when nothing general can be
     * said.
     */
    static String usualRemedy(int errno) {
        return switch (errno) {
            case EPERM -> "run with the capability that this call needs, or as root";
            case EACCES -> "check the rights of the file and of the folders above it";
            case EMFILE -> "raise the limit of open files (ulimit -n)";
            case ENFILE -> "raise the sysctl fs.file-max";
            case ENOMEM -> "free memory, or raise the limits of this process or container";
            case ENOSPC -> "free space on the file system";
            case ENOSYS ->
                    "use a newer kernel, or allow the call in the container's seccomp profile";
            case ENOENT -> "check the spelling of the path";
            default -> "";
        };
    }
}
