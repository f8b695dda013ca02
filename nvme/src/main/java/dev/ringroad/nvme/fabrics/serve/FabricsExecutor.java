package dev.ringroad.nvme.fabrics.serve;

import dev.ringroad.nvme.command.ConnectData;
import dev.ringroad.nvme.command.ConnectEntry;
import dev.ringroad.nvme.command.ControllerRegister;
import dev.ringroad.nvme.command.FabricsCommand;
import dev.ringroad.nvme.command.NvmeStatus;
import dev.ringroad.nvme.command.PropertyEntry;
import dev.ringroad.nvme.command.QualifiedName;
import dev.ringroad.nvme.command.SubmissionEntry;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Carries out the commands of Fabrics: Connect, and properties (NVM Express Base Specification 2.0,
 * section 6).
 */
final class FabricsExecutor {
    /** What VS says, and identify: 1.4. */
    static final int VERSION = 1 << 16 | 4 << 8;

    private static final int DO_NOT_RETRY = NvmeStatus.DO_NOT_RETRY;
    private static final int TIMEOUT_MILLIS = 7500;
    private static final int PAGE_SHIFT = 12;

    private final TargetHome home;
    private final long capabilities;

    FabricsExecutor(TargetHome home) {
        this.home = home;
        this.capabilities =
                ControllerRegister.capabilities(
                        home.config().queueEntriesMax(),
                        TIMEOUT_MILLIS,
                        Integer.BYTES,
                        ControllerRegister.COMMAND_SETS_NVM,
                        PAGE_SHIFT,
                        PAGE_SHIFT);
    }

    void execute(TargetConnection connection, TargetCommand command) {
        int type = SubmissionEntry.fabricsType(command.entry, 0);
        TargetController controller = connection.controller();
        if (type == FabricsCommand.CONNECT) {
            connect(connection, command);
        } else if (controller == null) {
            refuse(connection, command, NvmeStatus.COMMAND_SEQUENCE_ERROR);
        } else if (type == FabricsCommand.PROPERTY_GET && connection.queueId() == 0) {
            get(connection, command, controller);
        } else if (type == FabricsCommand.PROPERTY_SET && connection.queueId() == 0) {
            set(connection, command, controller);
        } else {
            refuse(connection, command, NvmeStatus.INVALID_OPCODE);
        }
    }

    private static void refuse(TargetConnection connection, TargetCommand command, int code) {
        connection.complete(command, code | DO_NOT_RETRY, 0);
    }

    /** Refuses a Connect, and says which field is wrong. */
    private static void refuse(
            TargetConnection connection, TargetCommand command, int wrongAt, boolean inData) {
        connection.complete(
                command,
                NvmeStatus.CONNECT_INVALID_PARAMETERS | DO_NOT_RETRY,
                wrongAt | (inData ? ConnectEntry.WRONG_IN_DATA : 0));
    }

    private void connect(TargetConnection connection, TargetCommand command) {
        MemorySegment entry = command.entry;
        if (connection.controller() != null) {
            refuse(connection, command, NvmeStatus.COMMAND_SEQUENCE_ERROR);
            return;
        }
        if (ConnectEntry.format(entry, 0) != ConnectEntry.FORMAT) {
            refuse(connection, command, NvmeStatus.CONNECT_INCOMPATIBLE_FORMAT);
            return;
        }
        if (command.dataBytes < ConnectData.BYTES) {
            refuse(connection, command, NvmeStatus.DATA_SGL_LENGTH_INVALID);
            return;
        }
        TransferBuffer buffer = command.requireBuffer();
        ConnectData data = new ConnectData(buffer.memory.asSlice(buffer.dataAt, ConnectData.BYTES));
        int entries = ConnectEntry.queueEntries(entry, 0);
        if (entries < 2 || entries > home.config().queueEntriesMax()) {
            refuse(connection, command, ConnectEntry.ENTRIES_AT, false);
        } else if (!home.directory().has(data.subsystemName())) {
            refuse(connection, command, ConnectData.SUBSYSTEM_NAME_AT, true);
        } else if (!QualifiedName.isValid(data.hostName())) {
            refuse(connection, command, ConnectData.HOST_NAME_AT, true);
        } else if (ConnectEntry.queueId(entry, 0) == 0) {
            connectAdmin(connection, command, data, entries);
        } else {
            connectIo(connection, command, data, entries);
        }
    }

    private void connectAdmin(
            TargetConnection connection, TargetCommand command, ConnectData data, int entries) {
        if (data.controllerId() != ConnectData.ANY_CONTROLLER) {
            refuse(connection, command, ConnectData.CONTROLLER_ID_AT, true);
            return;
        }
        @Nullable TargetController controller =
                home.directory()
                        .newController(
                                home.directory().subsystem(data.subsystemName()),
                                data.hostName(),
                                data.hostId().toArray(ValueLayout.JAVA_BYTE),
                                connection.portIndex());
        if (controller == null) {
            connection.complete(command, NvmeStatus.CONNECT_CONTROLLER_BUSY, 0);
            return;
        }
        controller.keepAliveMillis(ConnectEntry.keepAliveMillis(command.entry, 0));
        join(connection, command, controller, 0, entries);
    }

    private void connectIo(
            TargetConnection connection, TargetCommand command, ConnectData data, int entries) {
        int queueId = ConnectEntry.queueId(command.entry, 0);
        TargetSubsystem subsystem = home.directory().subsystem(data.subsystemName());
        @Nullable TargetController controller =
                subsystem == null ? null : subsystem.controller(data.controllerId());
        if (controller == null) {
            refuse(connection, command, ConnectData.CONTROLLER_ID_AT, true);
        } else if (!controller.isOf(
                data.hostName(), data.hostId().toArray(ValueLayout.JAVA_BYTE))) {
            refuse(connection, command, NvmeStatus.CONNECT_INVALID_HOST);
        } else if (queueId > controller.queuesMax()) {
            refuse(connection, command, ConnectEntry.QUEUE_ID_AT, false);
        } else if (!controller.isReady()) {
            refuse(connection, command, NvmeStatus.COMMAND_SEQUENCE_ERROR);
        } else {
            join(connection, command, controller, queueId, entries);
        }
    }

    private void join(
            TargetConnection connection,
            TargetCommand command,
            TargetController controller,
            int queueId,
            int entries) {
        if (!controller.attach(queueId, connection)) {
            refuse(connection, command, ConnectEntry.QUEUE_ID_AT, false);
            return;
        }
        int attributes = ConnectEntry.attributes(command.entry, 0);
        boolean flowControl = (attributes & ConnectEntry.NO_FLOW_CONTROL) == 0;
        connection.become(controller, queueId, entries, flowControl);
        home.counters().connected++;
        connection.complete(command, NvmeStatus.SUCCESS, controller.id());
    }

    private void get(
            TargetConnection connection, TargetCommand command, TargetController controller) {
        int bytes = PropertyEntry.bytes(command.entry, 0);
        int offset = PropertyEntry.offset(command.entry, 0);
        long value;
        if (bytes == Long.BYTES && offset == ControllerRegister.CAP) {
            value = capabilities;
        } else if (bytes != Integer.BYTES) {
            refuse(connection, command, NvmeStatus.INVALID_FIELD);
            return;
        } else {
            value =
                    switch (offset) {
                        case ControllerRegister.VS -> VERSION;
                        case ControllerRegister.CC ->
                                Integer.toUnsignedLong(controller.configuration());
                        case ControllerRegister.CSTS -> controller.status();
                        case ControllerRegister.NSSR -> 0;
                        default -> -1;
                    };
        }
        if (value == -1) {
            refuse(connection, command, NvmeStatus.INVALID_FIELD);
        } else {
            connection.complete(command, NvmeStatus.SUCCESS, value & valueMask(bytes));
        }
    }

    private static long valueMask(int bytes) {
        return bytes == Long.BYTES ? -1L : 0xFFFF_FFFFL;
    }

    private static void set(
            TargetConnection connection, TargetCommand command, TargetController controller) {
        if (PropertyEntry.bytes(command.entry, 0) != Integer.BYTES
                || PropertyEntry.offset(command.entry, 0) != ControllerRegister.CC) {
            refuse(connection, command, NvmeStatus.INVALID_FIELD);
            return;
        }
        controller.configure((int) PropertyEntry.value(command.entry, 0));
        connection.complete(command, NvmeStatus.SUCCESS, 0);
    }
}
