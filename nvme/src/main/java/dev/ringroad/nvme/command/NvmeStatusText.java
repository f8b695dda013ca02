package dev.ringroad.nvme.command;

/**
 * A sentence for each status (NVM Express Base Specification 2.0, section 3.3.3.2.1; NVM Command
 * Set Specification 1.0, section 3.1; Zoned Namespace Command Set Specification 1.1, section 3.1).
 */
final class NvmeStatusText {
    private NvmeStatusText() {}

    static String of(int code) {
        if (NvmeStatus.isOwn(code)) {
            return own(code);
        }
        return switch (code >>> 8) {
            case 0 -> code < 0x80 ? generic(code) : genericOfBlocks(code);
            case 1 -> code < 0x180 ? specific(code) : specificToBlocks(code);
            case 2 -> media(code);
            case 3 -> path(code);
            case 7 -> "a vendor's own status";
            default -> "a status of a reserved type";
        };
    }

    private static String own(int status) {
        return switch (status) {
            case NvmeStatus.TIMED_OUT ->
                    "no answer in time, and the controller was reset; it may have happened all the"
                            + " same";
            case NvmeStatus.RESET ->
                    "the controller was reset before it answered; it may have happened all the same";
            case NvmeStatus.GONE -> "the controller is gone; it may have happened all the same";
            case NvmeStatus.FAILED ->
                    "the controller failed and was cut off; it may have happened all the same";
            case NvmeStatus.REFUSED ->
                    "not sent, as the controller could not carry it out as asked";
            default -> "unknown to this host";
        };
    }

    private static String generic(int code) {
        return switch (code) {
            case NvmeStatus.SUCCESS -> "done";
            case NvmeStatus.INVALID_OPCODE -> "the controller does not know the command";
            case NvmeStatus.INVALID_FIELD -> "a field of the command is invalid";
            case NvmeStatus.COMMAND_ID_CONFLICT -> "the command's id is in use already";
            case NvmeStatus.DATA_TRANSFER_ERROR -> "data or metadata could not be transferred";
            case NvmeStatus.ABORTED_POWER_LOSS -> "aborted as power is about to be lost";
            case NvmeStatus.INTERNAL_ERROR -> "the controller failed internally";
            case NvmeStatus.ABORT_REQUESTED -> "aborted, as was asked for";
            case NvmeStatus.ABORTED_QUEUE_DELETED -> "aborted as its queue was deleted";
            case NvmeStatus.ABORTED_FAILED_FUSED -> "aborted as the command fused to it failed";
            case NvmeStatus.ABORTED_MISSING_FUSED ->
                    "aborted as the command to be fused to it is missing";
            case NvmeStatus.INVALID_NAMESPACE -> "no such namespace, or an invalid format";
            case NvmeStatus.COMMAND_SEQUENCE_ERROR -> "not allowed at this point of a sequence";
            case NvmeStatus.INVALID_SGL_SEGMENT -> "an SGL segment descriptor is invalid";
            case NvmeStatus.INVALID_SGL_COUNT -> "the number of SGL descriptors is invalid";
            case NvmeStatus.DATA_SGL_LENGTH_INVALID -> "the data SGL's length does not fit";
            case NvmeStatus.METADATA_SGL_LENGTH_INVALID -> "the metadata SGL's length does not fit";
            case NvmeStatus.SGL_TYPE_INVALID -> "the type of an SGL descriptor is invalid";
            case NvmeStatus.INVALID_CMB_USE ->
                    "the controller memory buffer cannot be used that way";
            case NvmeStatus.PRP_OFFSET_INVALID -> "the offset of a PRP entry is invalid";
            case NvmeStatus.ATOMIC_WRITE_UNIT_EXCEEDED -> "longer than what is written atomically";
            case NvmeStatus.OPERATION_DENIED -> "the host lacks the right";
            case NvmeStatus.SGL_OFFSET_INVALID -> "the offset of an SGL descriptor is invalid";
            case NvmeStatus.HOST_ID_INCONSISTENT -> "the host identifier's format is not the same";
            case NvmeStatus.KEEP_ALIVE_EXPIRED -> "the keep-alive timer expired";
            case NvmeStatus.KEEP_ALIVE_INVALID -> "the keep-alive time-out is invalid";
            case NvmeStatus.ABORTED_PREEMPT -> "aborted as a reservation was preempted";
            case NvmeStatus.SANITIZE_FAILED -> "the last sanitize failed and has to be repaired";
            case NvmeStatus.SANITIZE_IN_PROGRESS -> "a sanitize is in progress";
            case NvmeStatus.NAMESPACE_WRITE_PROTECTED -> "the namespace is write protected";
            case NvmeStatus.COMMAND_INTERRUPTED -> "interrupted; to be sent again";
            case NvmeStatus.TRANSIENT_TRANSPORT_ERROR -> "a transient transport error";
            case NvmeStatus.COMMAND_PROHIBITED -> "prohibited by a lockdown";
            case NvmeStatus.ADMIN_MEDIA_NOT_READY -> "the media are not ready yet";
            default -> "an unknown generic status";
        };
    }

    private static String genericOfBlocks(int code) {
        return switch (code) {
            case NvmeStatus.LBA_OUT_OF_RANGE -> "blocks behind the end of the namespace";
            case NvmeStatus.CAPACITY_EXCEEDED -> "the namespace's capacity is exhausted";
            case NvmeStatus.NAMESPACE_NOT_READY -> "the namespace is not ready";
            case NvmeStatus.RESERVATION_CONFLICT -> "another host has the namespace reserved";
            case NvmeStatus.FORMAT_IN_PROGRESS -> "a format is in progress";
            default -> "an unknown generic status";
        };
    }

    private static String specific(int code) {
        return switch (code) {
            case NvmeStatus.INVALID_COMPLETION_QUEUE -> "no such completion queue";
            case NvmeStatus.INVALID_QUEUE_ID -> "the queue's id is invalid";
            case NvmeStatus.INVALID_QUEUE_SIZE -> "the queue's size is invalid";
            case NvmeStatus.ABORT_LIMIT_EXCEEDED -> "too many aborts at once";
            case NvmeStatus.EVENT_LIMIT_EXCEEDED -> "too many asynchronous event requests";
            case NvmeStatus.INVALID_FIRMWARE_SLOT -> "the firmware slot is invalid";
            case NvmeStatus.INVALID_FIRMWARE_IMAGE -> "the firmware image is invalid";
            case NvmeStatus.INVALID_INTERRUPT_VECTOR -> "the interrupt vector is invalid";
            case NvmeStatus.INVALID_LOG_PAGE -> "no such log page";
            case NvmeStatus.INVALID_FORMAT -> "the format is invalid";
            case NvmeStatus.FIRMWARE_NEEDS_RESET -> "the firmware needs a conventional reset";
            case NvmeStatus.INVALID_QUEUE_DELETION ->
                    "a completion queue is deleted after its submission queues";
            case NvmeStatus.FEATURE_NOT_SAVEABLE -> "the feature cannot be saved";
            case NvmeStatus.FEATURE_NOT_CHANGEABLE -> "the feature cannot be changed";
            case NvmeStatus.FEATURE_NOT_NAMESPACE_SPECIFIC ->
                    "the feature is not a namespace's own";
            case NvmeStatus.FIRMWARE_NEEDS_SUBSYSTEM_RESET ->
                    "the firmware needs a reset of the NVM subsystem";
            case NvmeStatus.FIRMWARE_NEEDS_CONTROLLER_RESET ->
                    "the firmware needs a controller reset";
            case NvmeStatus.FIRMWARE_NEEDS_TIME -> "the firmware needs more time than allowed";
            case NvmeStatus.FIRMWARE_PROHIBITED -> "the firmware cannot be activated";
            case NvmeStatus.OVERLAPPING_RANGE -> "ranges overlap";
            case NvmeStatus.NAMESPACE_INSUFFICIENT_CAPACITY -> "no capacity for the namespace";
            case NvmeStatus.NAMESPACE_ID_UNAVAILABLE -> "no namespace id is free";
            case NvmeStatus.NAMESPACE_ALREADY_ATTACHED -> "the namespace is attached already";
            case NvmeStatus.NAMESPACE_PRIVATE -> "the namespace belongs to another controller";
            case NvmeStatus.NAMESPACE_NOT_ATTACHED -> "the namespace is not attached";
            case NvmeStatus.THIN_PROVISIONING_NOT_SUPPORTED -> "no thin provisioning here";
            case NvmeStatus.CONTROLLER_LIST_INVALID -> "the controller list is invalid";
            case NvmeStatus.SELF_TEST_IN_PROGRESS -> "a self-test is in progress";
            case NvmeStatus.COMMAND_SET_NOT_SUPPORTED -> "the I/O command set is not supported";
            case NvmeStatus.COMMAND_SET_NOT_ENABLED -> "the I/O command set is not enabled";
            case NvmeStatus.COMMAND_SET_COMBINATION_REJECTED ->
                    "the combination of I/O command sets is rejected";
            case NvmeStatus.INVALID_COMMAND_SET -> "the I/O command set is invalid";
            default -> "an unknown status of this command";
        };
    }

    private static String specificToBlocks(int code) {
        return switch (code) {
            case NvmeStatus.CONFLICTING_ATTRIBUTES ->
                    "conflicting attributes, or a connect's incompatible format";
            case NvmeStatus.INVALID_PROTECTION_INFORMATION ->
                    "invalid protection information, or a connect's controller is busy";
            case NvmeStatus.WRITE_TO_READ_ONLY_RANGE ->
                    "a write to a read-only range, or a connect's invalid parameters";
            case NvmeStatus.CONNECT_RESTART_DISCOVERY -> "discovery has to be started again";
            case NvmeStatus.CONNECT_INVALID_HOST -> "the host is not allowed to connect";
            case NvmeStatus.DISCONNECT_INVALID_QUEUE_TYPE -> "this queue cannot be disconnected";
            case NvmeStatus.DISCOVER_RESTART -> "the log page changed while it was read";
            case NvmeStatus.AUTHENTICATION_REQUIRED -> "authentication is required";
            case NvmeStatus.ZONE_BOUNDARY_ERROR -> "over a zone's boundary";
            case NvmeStatus.ZONE_FULL -> "the zone is full";
            case NvmeStatus.ZONE_READ_ONLY -> "the zone is read-only";
            case NvmeStatus.ZONE_OFFLINE -> "the zone is offline";
            case NvmeStatus.ZONE_INVALID_WRITE -> "not at the zone's write pointer";
            case NvmeStatus.ZONE_TOO_MANY_ACTIVE -> "too many active zones";
            case NvmeStatus.ZONE_TOO_MANY_OPEN -> "too many open zones";
            case NvmeStatus.ZONE_INVALID_TRANSITION -> "the zone cannot change to that state";
            default -> "an unknown status of this command";
        };
    }

    private static String media(int code) {
        return switch (code) {
            case NvmeStatus.WRITE_FAULT -> "the blocks could not be written";
            case NvmeStatus.UNRECOVERED_READ -> "the blocks could not be read";
            case NvmeStatus.GUARD_CHECK_FAILED -> "the guard does not match the blocks";
            case NvmeStatus.APPLICATION_TAG_CHECK_FAILED -> "the application tag does not match";
            case NvmeStatus.REFERENCE_TAG_CHECK_FAILED -> "the reference tag does not match";
            case NvmeStatus.COMPARE_FAILURE -> "the content differs";
            case NvmeStatus.ACCESS_DENIED -> "access to the blocks is denied";
            case NvmeStatus.DEALLOCATED_BLOCK -> "the blocks are deallocated or were not written";
            case NvmeStatus.STORAGE_TAG_CHECK_FAILED -> "the storage tag does not match";
            default -> "an unknown error of the media";
        };
    }

    private static String path(int code) {
        return switch (code) {
            case NvmeStatus.PATH_INTERNAL_ERROR -> "this path to the namespace failed internally";
            case NvmeStatus.ANA_PERSISTENT_LOSS -> "this path to the namespace is lost for good";
            case NvmeStatus.ANA_INACCESSIBLE -> "the namespace cannot be accessed on this path";
            case NvmeStatus.ANA_TRANSITION -> "this path to the namespace is changing";
            case NvmeStatus.PATH_CONTROLLER_ERROR -> "the controller found the path failed";
            case NvmeStatus.PATH_HOST_ERROR -> "the host found the path failed";
            case NvmeStatus.ABORTED_BY_HOST -> "the host gave the command up";
            default -> "an unknown error of the path";
        };
    }
}
