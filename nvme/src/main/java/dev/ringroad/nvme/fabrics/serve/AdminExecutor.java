package dev.ringroad.nvme.fabrics.serve;

import dev.ringroad.nvme.command.AdminOpcode;
import dev.ringroad.nvme.command.FeatureId;
import dev.ringroad.nvme.command.NvmeStatus;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;

/** Carries out commands of admin queues (NVM Express Base Specification 2.0, section 5). */
final class AdminExecutor {
    /** How many asynchronous event requests a host may leave with us. */
    static final int EVENT_REQUESTS_MAX = 4;

    private static final int DO_NOT_RETRY = NvmeStatus.DO_NOT_RETRY;
    private static final int NOT_ABORTED = 1;
    private static final int VOLATILE_CACHE = 1;

    private final IdentifyPages identify;
    private final LogPages logs;

    AdminExecutor(TargetHome home) {
        this.identify = new IdentifyPages(home.config());
        this.logs = new LogPages(home.directory());
    }

    void execute(TargetConnection connection, TargetCommand command) {
        TargetController controller = connection.controller();
        if (controller == null) {
            refuse(connection, command, NvmeStatus.COMMAND_SEQUENCE_ERROR);
            return;
        }
        boolean discovery = controller.subsystem() == null;
        switch (command.opcode()) {
            case AdminOpcode.IDENTIFY ->
                    answer(connection, command, identify.page(controller, command));
            case AdminOpcode.GET_LOG_PAGE -> log(connection, command, controller);
            case AdminOpcode.KEEP_ALIVE -> connection.complete(command, NvmeStatus.SUCCESS, 0);
            case AdminOpcode.ASYNCHRONOUS_EVENT_REQUEST -> keep(connection, command, controller);
            case AdminOpcode.GET_FEATURES -> getFeature(connection, command, controller);
            case AdminOpcode.SET_FEATURES -> setFeature(connection, command, controller);
            case AdminOpcode.ABORT -> {
                if (discovery) {
                    refuse(connection, command, NvmeStatus.INVALID_OPCODE);
                } else {
                    abort(connection, command);
                }
            }
            default -> refuse(connection, command, NvmeStatus.INVALID_OPCODE);
        }
    }

    private static void refuse(TargetConnection connection, TargetCommand command, int code) {
        connection.complete(command, code | DO_NOT_RETRY, 0);
    }

    /** Answers with a page, or refuses with what the page's maker left in the command. */
    private static void answer(
            TargetConnection connection, TargetCommand command, @Nullable MemorySegment page) {
        if (page == null) {
            refuse(connection, command, NvmeStatus.INVALID_FIELD);
        } else {
            send(connection, command, page, 0);
        }
    }

    /** Sends a page from an offset on; behind its end are zeroes. */
    private static void send(
            TargetConnection connection, TargetCommand command, MemorySegment page, long offset) {
        if (!command.toHost || command.dataBytes == 0) {
            refuse(connection, command, NvmeStatus.DATA_SGL_LENGTH_INVALID);
            return;
        }
        TransferBuffer buffer = command.requireBuffer();
        MemorySegment data = buffer.memory.asSlice(buffer.dataAt, command.dataBytes);
        // The buffer has been somebody else's.
        data.fill((byte) 0);
        long bytes = Math.min(command.dataBytes, page.byteSize() - offset);
        if (bytes > 0) {
            MemorySegment.copy(page, offset, data, 0, bytes);
        }
        connection.complete(command, NvmeStatus.SUCCESS, 0);
    }

    private void log(
            TargetConnection connection, TargetCommand command, TargetController controller) {
        long bytes =
                ((command.doubleWord(10) >>> 16 & 0xFFFFL)
                                        | (command.doubleWord(11) & 0xFFFFL) << 16)
                                * Integer.BYTES
                        + Integer.BYTES;
        long offset = (command.doubleWord(12) & 0xFFFF_FFFFL) | (long) command.doubleWord(13) << 32;
        if (bytes != command.dataBytes || offset < 0 || (offset & 3) != 0) {
            refuse(connection, command, NvmeStatus.INVALID_FIELD);
            return;
        }
        MemorySegment page = logs.page(controller, command, connection.localAddress(), offset == 0);
        if (page == null) {
            refuse(connection, command, NvmeStatus.INVALID_LOG_PAGE);
        } else if (offset > page.byteSize()) {
            refuse(connection, command, NvmeStatus.INVALID_FIELD);
        } else {
            send(connection, command, page, offset);
        }
    }

    /** Keeps an event request until there is an event. */
    private void keep(
            TargetConnection connection, TargetCommand command, TargetController controller) {
        int kept = 0;
        for (TargetCommand other : connection.commands()) {
            kept += isEventRequest(other) ? 1 : 0;
        }
        if (kept > EVENT_REQUESTS_MAX) {
            refuse(connection, command, NvmeStatus.EVENT_LIMIT_EXCEEDED);
        } else {
            boolean ignored = sendEvents(connection, controller);
        }
    }

    private static boolean isEventRequest(TargetCommand command) {
        return command.state == TargetCommand.State.EXECUTING
                && command.opcode() == AdminOpcode.ASYNCHRONOUS_EVENT_REQUEST;
    }

    /** Sends events for which there are requests; whether there was one. */
    boolean sendEvents(TargetConnection connection, TargetController controller) {
        boolean sent = false;
        for (TargetCommand command : connection.commands()) {
            if (isEventRequest(command)) {
                int event = controller.takeEvent();
                if (event == 0) {
                    break;
                }
                connection.complete(command, NvmeStatus.SUCCESS, event);
                sent = true;
            }
        }
        return sent;
    }

    /**
     * Only event requests stay here for long. Everything else is at a device, which nothing calls
     * back, so it is answered as not aborted, which the command allows.
     */
    private static void abort(TargetConnection connection, TargetCommand command) {
        int queueId = command.doubleWord(10) & 0xFFFF;
        int commandId = command.doubleWord(10) >>> 16;
        if (queueId == 0) {
            for (TargetCommand other : connection.commands()) {
                if (isEventRequest(other) && other.commandId() == commandId) {
                    connection.complete(other, NvmeStatus.ABORT_REQUESTED, 0);
                    connection.complete(command, NvmeStatus.SUCCESS, 0);
                    return;
                }
            }
        }
        connection.complete(command, NvmeStatus.SUCCESS, NOT_ABORTED);
    }

    private static int queuesResult(TargetController controller) {
        int last = Math.max(0, controller.queuesMax() - 1);
        return last << 16 | last;
    }

    private static void getFeature(
            TargetConnection connection, TargetCommand command, TargetController controller) {
        switch (command.doubleWord(10) & 0xFF) {
            case FeatureId.NUMBER_OF_QUEUES ->
                    connection.complete(command, NvmeStatus.SUCCESS, queuesResult(controller));
            case FeatureId.KEEP_ALIVE_TIMER ->
                    connection.complete(command, NvmeStatus.SUCCESS, controller.keepAliveMillis());
            case FeatureId.ASYNCHRONOUS_EVENTS ->
                    connection.complete(
                            command,
                            NvmeStatus.SUCCESS,
                            Integer.toUnsignedLong(controller.eventFeature()));
            case FeatureId.VOLATILE_WRITE_CACHE ->
                    connection.complete(command, NvmeStatus.SUCCESS, VOLATILE_CACHE);
            case FeatureId.HOST_IDENTIFIER ->
                    send(connection, command, MemorySegment.ofArray(controller.hostId()), 0);
            default -> refuse(connection, command, NvmeStatus.INVALID_FIELD);
        }
    }

    private static void setFeature(
            TargetConnection connection, TargetCommand command, TargetController controller) {
        int value = command.doubleWord(11);
        switch (command.doubleWord(10) & 0xFF) {
            case FeatureId.NUMBER_OF_QUEUES ->
                    connection.complete(command, NvmeStatus.SUCCESS, queuesResult(controller));
            case FeatureId.KEEP_ALIVE_TIMER -> {
                controller.keepAliveMillis(Integer.toUnsignedLong(value));
                connection.complete(command, NvmeStatus.SUCCESS, 0);
            }
            case FeatureId.ASYNCHRONOUS_EVENTS -> {
                controller.eventFeature(value);
                connection.complete(command, NvmeStatus.SUCCESS, 0);
            }
            case FeatureId.HOST_IDENTIFIER ->
                    refuse(connection, command, NvmeStatus.COMMAND_SEQUENCE_ERROR);
            default -> refuse(connection, command, NvmeStatus.INVALID_FIELD);
        }
    }
}
