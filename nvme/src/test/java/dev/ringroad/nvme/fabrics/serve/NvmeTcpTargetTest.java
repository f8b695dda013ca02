package dev.ringroad.nvme.fabrics.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringroad.nvme.block.MemoryDevice;
import dev.ringroad.nvme.command.AdminOpcode;
import dev.ringroad.nvme.command.AnaLogPage;
import dev.ringroad.nvme.command.ConnectData;
import dev.ringroad.nvme.command.ConnectEntry;
import dev.ringroad.nvme.command.ControllerRegister;
import dev.ringroad.nvme.command.DatasetRange;
import dev.ringroad.nvme.command.DiscoveryLogPage;
import dev.ringroad.nvme.command.ErrorLogEntry;
import dev.ringroad.nvme.command.FeatureId;
import dev.ringroad.nvme.command.IdentifyController;
import dev.ringroad.nvme.command.IdentifyKind;
import dev.ringroad.nvme.command.IdentifyNamespace;
import dev.ringroad.nvme.command.IoOpcode;
import dev.ringroad.nvme.command.LittleEndian;
import dev.ringroad.nvme.command.LogPageId;
import dev.ringroad.nvme.command.NamespaceList;
import dev.ringroad.nvme.command.NamespaceNames;
import dev.ringroad.nvme.command.NvmeStatus;
import dev.ringroad.nvme.command.QualifiedName;
import dev.ringroad.nvme.command.SmartLog;
import dev.ringroad.nvme.command.SubmissionEntry;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** A host talks to a target over a real socket. */
class NvmeTcpTargetTest {
    private static final String NAME = "nqn.2024-01.dev.ringroad:test";
    private static final int BLOCK_BYTES = 512;
    private static final long BLOCKS = 4096;

    private final List<AutoCloseable> closing = new ArrayList<>();
    private MemoryDevice device;
    private TargetSubsystem subsystem;
    private NvmeTcpTarget target;

    @BeforeEach
    void makeDevice() throws IOException {
        device = MemoryDevice.create("memory", BLOCK_BYTES, BLOCKS);
        subsystem = new TargetSubsystem(NAME, "R1");
        subsystem.add(ExportedNamespace.of(NAME, 1, device));
    }

    private void serve(TargetConfig config) throws IOException {
        InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        target = NvmeTcpTarget.open(config, List.of(subsystem), List.of(any, any));
    }

    private RawHost host() throws IOException {
        return host(0);
    }

    private RawHost host(int port) throws IOException {
        RawHost host = new RawHost(target.ports().get(port));
        closing.add(host);
        return host;
    }

    /** An I/O queue of a controller of its own. */
    private RawHost ioHost(boolean digests, int alignment, int readyMax) throws IOException {
        int id = host().initialize().connectAdmin(NAME);
        RawHost io = host().initialize(digests, digests, alignment, readyMax);
        return io.connectIo(NAME, id, 1, ConnectEntry.NO_FLOW_CONTROL);
    }

    @AfterEach
    void end() throws Exception {
        for (AutoCloseable each : closing) {
            each.close();
        }
        if (target != null) {
            assertThat(target.failure()).isNull();
            target.close();
            assertThat(target.failure()).isNull();
        }
        device.close();
    }

    private static byte[] random(int bytes, int seed) {
        byte[] data = new byte[bytes];
        new Random(seed).nextBytes(data);
        return data;
    }

    @Test
    void controllerTellsWhatItIs() throws IOException {
        serve(TargetConfig.defaults());
        RawHost host = host().initialize();
        int id = host.connectAdmin(NAME);
        IdentifyController page = new IdentifyController(host.identifyController());
        assertThat(page.controllerId()).isEqualTo(id);
        assertThat(page.subsystemName()).isEqualTo(NAME);
        assertThat(page.serialNumber()).isEqualTo("R1");
        assertThat(page.fabrics().ioQueueCapsuleUnits()).isEqualTo((64 + 8192) / 16);
        assertThat(page.controllerType()).isEqualTo(IdentifyController.TYPE_IO);
        long cap = host.get(ControllerRegister.CAP, 8);
        assertThat(ControllerRegister.queueEntriesMax(cap)).isEqualTo(128);
        assertThat(host.get(ControllerRegister.VS, 4)).isEqualTo(0x10400);
    }

    @Test
    void namespacesTellTheirShapeAndNames() throws IOException {
        serve(TargetConfig.defaults());
        RawHost host = host().initialize();
        int ignored = host.connectAdmin(NAME);
        NamespaceList list =
                new NamespaceList(host.identify(IdentifyKind.ACTIVE_NAMESPACES, 0).segment());
        assertThat(list.count()).isEqualTo(1);
        assertThat(list.id(0)).isEqualTo(1);
        IdentifyNamespace page =
                new IdentifyNamespace(host.identify(IdentifyKind.NAMESPACE, 1).segment());
        assertThat(page.blocks()).isEqualTo(BLOCKS);
        assertThat(page.blockShift(page.formatIndex())).isEqualTo(9);
        NamespaceNames names =
                new NamespaceNames(host.identify(IdentifyKind.NAMESPACE_NAMES, 1).segment());
        assertThat(names.name(NamespaceNames.UUID)).isNotNull();
        assertThat(host.identify(IdentifyKind.NAMESPACE, 0).status() & 0x7FF)
                .isEqualTo(NvmeStatus.INVALID_FIELD);
        assertThat(host.identify(IdentifyKind.NAMESPACE, 2).segment().mismatch(zeroes(4096)))
                .isEqualTo(-1);
    }

    private static MemorySegment zeroes(int bytes) {
        return MemorySegment.ofArray(new byte[bytes]);
    }

    @Test
    void discoveryTellsOfEverySubsystemAtEveryPort() throws IOException {
        serve(TargetConfig.defaults());
        RawHost host = host().initialize();
        int ignored = host.connectAdmin(QualifiedName.DISCOVERY);
        IdentifyController page = new IdentifyController(host.identifyController());
        assertThat(page.controllerType()).isEqualTo(IdentifyController.TYPE_DISCOVERY);
        MemorySegment log = host.log(LogPageId.DISCOVERY, 3072, 0).segment();
        assertThat(new DiscoveryLogPage(log).entries()).isEqualTo(2);
        for (int port = 0; port < 2; port++) {
            DiscoveryLogPage.Entry entry =
                    new DiscoveryLogPage.Entry(log.asSlice(1024 + port * 1024L));
            assertThat(entry.subsystemName()).isEqualTo(NAME);
            assertThat(entry.address()).isEqualTo("127.0.0.1");
            assertThat(entry.service())
                    .isEqualTo(Integer.toString(target.ports().get(port).getPort()));
        }
    }

    private void writeAndRead(RawHost io) throws IOException {
        byte[] small = random(8 * BLOCK_BYTES, 1);
        assertThat(io.commandWith(io.io(IoOpcode.WRITE, 1, 16, 8), small).status()).isZero();
        byte[] large = random(256 * BLOCK_BYTES, 2);
        assertThat(io.commandAsked(io.io(IoOpcode.WRITE, 1, 100, 256), large).status()).isZero();
        assertThat(io.commandFor(io.io(IoOpcode.READ, 1, 16, 8), small.length).data())
                .isEqualTo(small);
        assertThat(io.commandFor(io.io(IoOpcode.READ, 1, 100, 256), large.length).data())
                .isEqualTo(large);
        MemorySegment content = device.content();
        assertThat(
                        MemorySegment.mismatch(
                                content,
                                100L * BLOCK_BYTES,
                                356L * BLOCK_BYTES,
                                MemorySegment.ofArray(large),
                                0,
                                large.length))
                .isEqualTo(-1);
    }

    @Test
    void whatIsWrittenIsRead() throws IOException {
        serve(TargetConfig.defaults());
        writeAndRead(ioHost(false, 4, 1));
    }

    @Test
    void digestsAndPaddingAreKeptTo() throws IOException {
        serve(TargetConfig.defaults().withTransfers(4096, 32768, 64));
        writeAndRead(ioHost(true, 128, 4));
        assertThat(target.statistics().dataDigestErrors()).isZero();
    }

    @Test
    void severalAsksAreAnsweredAtOnce() throws IOException {
        serve(TargetConfig.defaults().withTransfers(8192, 16384, 4));
        writeAndRead(ioHost(false, 4, 3));
    }

    @Test
    void flowControlledQueuesTellTheirHead() throws IOException {
        serve(TargetConfig.defaults());
        int id = host().initialize().connectAdmin(NAME);
        RawHost io = host().initialize().connectIo(NAME, id, 1, 0);
        for (int i = 0; i < 40; i++) {
            assertThat(io.commandFor(io.io(IoOpcode.READ, 1, i, 1), BLOCK_BYTES).data())
                    .hasSize(BLOCK_BYTES);
        }
    }

    @Test
    void theOtherCommandsDoWhatTheySay() throws IOException {
        serve(TargetConfig.defaults());
        RawHost io = ioHost(false, 4, 1);
        byte[] data = random(8 * BLOCK_BYTES, 3);
        assertThat(io.commandWith(io.io(IoOpcode.WRITE, 1, 8, 8), data).status()).isZero();
        assertThat(io.command(io.entry(IoOpcode.FLUSH, 1)).status()).isZero();
        assertThat(io.commandWith(io.io(IoOpcode.COMPARE, 1, 8, 8), data).status()).isZero();
        data[9]++;
        assertThat(io.commandWith(io.io(IoOpcode.COMPARE, 1, 8, 8), data).status() & 0x7FF)
                .isEqualTo(NvmeStatus.COMPARE_FAILURE);
        assertThat(io.command(io.io(IoOpcode.WRITE_ZEROES, 1, 8, 4)).status()).isZero();
        byte[] ranges = new byte[2 * DatasetRange.BYTES];
        DatasetRange.encode(MemorySegment.ofArray(ranges), 0, 0, 2, 12);
        DatasetRange.encode(MemorySegment.ofArray(ranges), 16, 0, 2, 14);
        MemorySegment entry = io.entry(IoOpcode.DATASET_MANAGEMENT, 1);
        SubmissionEntry.doubleWord(entry, 0, 10, 1);
        SubmissionEntry.doubleWord(entry, 0, 11, DatasetRange.DEALLOCATE);
        assertThat(io.commandWith(entry, ranges).status()).isZero();
        assertThat(io.commandFor(io.io(IoOpcode.READ, 1, 8, 8), 8 * BLOCK_BYTES).data())
                .containsOnly(0);
    }

    @Test
    void commandsThatCannotBeAreRefusedAndHarmNothing() throws IOException {
        serve(TargetConfig.defaults());
        RawHost io = ioHost(false, 4, 1);
        assertThat(io.commandFor(io.io(IoOpcode.READ, 1, BLOCKS, 1), BLOCK_BYTES).status() & 0x7FF)
                .isEqualTo(NvmeStatus.LBA_OUT_OF_RANGE);
        assertThat(io.commandFor(io.io(IoOpcode.READ, 1, -1, 1), BLOCK_BYTES).status() & 0x7FF)
                .isEqualTo(NvmeStatus.LBA_OUT_OF_RANGE);
        assertThat(io.commandFor(io.io(IoOpcode.READ, 2, 0, 1), BLOCK_BYTES).status() & 0x7FF)
                .isEqualTo(NvmeStatus.INVALID_NAMESPACE);
        assertThat(io.commandFor(io.io(IoOpcode.READ, 1, 0, 2), BLOCK_BYTES).status() & 0x7FF)
                .isEqualTo(NvmeStatus.DATA_SGL_LENGTH_INVALID);
        assertThat(io.command(io.entry(0x7E, 1)).status() & 0x7FF)
                .isEqualTo(NvmeStatus.INVALID_OPCODE);
        assertThat(io.command(io.entry(IoOpcode.WRITE_UNCORRECTABLE, 1)).status() & 0x7FF)
                .isEqualTo(NvmeStatus.INVALID_OPCODE);
        assertThat(io.commandWith(io.io(IoOpcode.WRITE, 1, BLOCKS, 1), new byte[512]).status())
                .isNotZero();
        writeAndRead(io);
    }

    @Test
    void queuesOfOthersAreRefused() throws IOException {
        serve(TargetConfig.defaults());
        RawHost host = host().initialize();
        assertThat(host.connect("nqn.2024-01.dev.ringroad:none", 0xFFFF, 0, 0).status() & 0x7FF)
                .isEqualTo(NvmeStatus.CONNECT_INVALID_PARAMETERS);
        assertThat(host.connect(NAME, 77, 1, 0).status() & 0x7FF)
                .isEqualTo(NvmeStatus.CONNECT_INVALID_PARAMETERS);
        assertThat(host.command(host.entry(AdminOpcode.KEEP_ALIVE, 0)).status() & 0x7FF)
                .isEqualTo(NvmeStatus.COMMAND_SEQUENCE_ERROR);
        int id = host.connectAdmin(NAME);
        byte[] other = RawHost.connectData(NAME, id);
        new ConnectData(MemorySegment.ofArray(other)).hostName("nqn.2024-01.io.other");
        RawHost io = host().initialize();
        assertThat(io.commandWith(io.connectEntry(1, 32, 0, 0), other).status() & 0x7FF)
                .isEqualTo(NvmeStatus.CONNECT_INVALID_HOST);
        assertThat(io.connect(NAME, id, 17, 0).status()).isNotZero();
        assertThat(io.connect(NAME, id, 1, 0).status()).isZero();
        RawHost again = host().initialize();
        assertThat(again.connect(NAME, id, 1, 0).status()).isNotZero();
    }

    @Test
    void eventsTellOfChangedStates() throws IOException {
        serve(TargetConfig.defaults());
        RawHost host = host().initialize();
        int id = host.connectAdmin(NAME);
        RawHost other = host(1).initialize();
        int otherId = other.connectAdmin(NAME);
        RawHost io = host().initialize().connectIo(NAME, id, 1, 0);
        RawHost otherIo = host(1).initialize().connectIo(NAME, otherId, 1, 0);
        MemorySegment feature = host.entry(AdminOpcode.SET_FEATURES, 0);
        SubmissionEntry.doubleWord(feature, 0, 10, FeatureId.ASYNCHRONOUS_EVENTS);
        SubmissionEntry.doubleWord(feature, 0, 11, 1 << 11 | 1 << 8);
        assertThat(host.command(feature).status()).isZero();
        MemorySegment request = host.entry(AdminOpcode.ASYNCHRONOUS_EVENT_REQUEST, 0);
        host.send(host.capsule(request, new byte[0]));
        subsystem.anaState(0, 1, AnaLogPage.INACCESSIBLE);
        RawHost.Answer event = host.answer(SubmissionEntry.commandId(request, 0), new byte[0]);
        assertThat(event.result()).isEqualTo(0x0C0302);
        MemorySegment log = host.log(LogPageId.ANA, 52, 0).segment();
        AnaLogPage page = new AnaLogPage(log);
        assertThat(page.groups()).isEqualTo(1);
        assertThat(page.state(AnaLogPage.HEADER_BYTES)).isEqualTo(AnaLogPage.INACCESSIBLE);
        assertThat(page.namespaceId(AnaLogPage.HEADER_BYTES, 0)).isEqualTo(1);
        int refused = io.commandFor(io.io(IoOpcode.READ, 1, 0, 1), 512).status();
        assertThat(NvmeStatus.code(refused)).isEqualTo(NvmeStatus.ANA_INACCESSIBLE);
        assertThat(otherIo.commandFor(otherIo.io(IoOpcode.READ, 1, 0, 1), 512).status()).isZero();
    }

    @Test
    void namespacesCanBeAddedWhileServing() throws IOException {
        serve(TargetConfig.defaults());
        RawHost host = host().initialize();
        int id = host.connectAdmin(NAME);
        RawHost io = host().initialize().connectIo(NAME, id, 1, 0);
        subsystem.add(ExportedNamespace.of(NAME, 5, device));
        MemorySegment log = host.log(LogPageId.CHANGED_NAMESPACES, 4096, 0).segment();
        assertThat(LittleEndian.u32(log, 0)).isEqualTo(5);
        assertThat(io.commandFor(io.io(IoOpcode.READ, 5, 0, 1), 512).status()).isZero();
    }

    @Test
    void silentHostsLoseTheirControllersAndAllItsQueues() throws IOException {
        serve(TargetConfig.defaults());
        RawHost host = host().initialize();
        RawHost.Answer answer =
                host.commandWith(
                        host.connectEntry(0, 32, 0, 200),
                        RawHost.connectData(NAME, ConnectData.ANY_CONTROLLER));
        assertThat(host.set(ControllerRegister.CC, 0x460001).status()).isZero();
        RawHost io = host().initialize().connectIo(NAME, (int) answer.result(), 1, 0);
        assertThat(host.isClosed()).isTrue();
        assertThat(io.isClosed()).isTrue();
        assertThat(target.statistics().keepAliveExpired()).isEqualTo(1);
    }

    @Test
    void queuesEndWithTheirController() throws IOException {
        serve(TargetConfig.defaults());
        RawHost host = host().initialize();
        int id = host.connectAdmin(NAME);
        RawHost io = host().initialize().connectIo(NAME, id, 1, 0);
        assertThat(host.set(ControllerRegister.CC, 0x460000).status()).isZero();
        assertThat(io.isClosed()).isTrue();
        assertThat(host.get(ControllerRegister.CSTS, 4)).isZero();
        assertThat(host.set(ControllerRegister.CC, 0x460001).status()).isZero();
        RawHost again = host().initialize().connectIo(NAME, id, 1, 0);
        host.close();
        assertThat(again.isClosed()).isTrue();
    }

    @Test
    void severalThreadsServeOneController() throws IOException {
        serve(TargetConfig.defaults().withThreads(2));
        int id = host().initialize().connectAdmin(NAME);
        for (int queue = 1; queue <= 4; queue++) {
            writeAndRead(host().initialize().connectIo(NAME, id, queue, 0));
        }
    }

    @Test
    void smartTellsWhatWasRead() throws IOException {
        serve(TargetConfig.defaults());
        RawHost host = host().initialize();
        int id = host.connectAdmin(NAME);
        RawHost io = host().initialize().connectIo(NAME, id, 1, 0);
        for (int i = 0; i < 3; i++) {
            assertThat(io.commandFor(io.io(IoOpcode.READ, 1, 0, 1), 512).status()).isZero();
        }
        MemorySegment log = host.log(LogPageId.SMART, 512, 0).segment();
        assertThat(LittleEndian.u64(log, 64)).isEqualTo(3);
        assertThat(host.log(0xC5, 512, 0).status() & 0x7FF).isEqualTo(NvmeStatus.INVALID_LOG_PAGE);
    }

    @Test
    void idsOfControllersThatAreConnectedAreNotGivenTwice() throws IOException {
        serve(TargetConfig.defaults().withControllerIdFirst(0xFFEE));
        RawHost first = host().initialize();
        int firstId = first.connectAdmin(NAME);
        RawHost other = host().initialize();
        assertThat(other.connectAdmin(NAME)).isNotEqualTo(firstId);

        RawHost third = host().initialize();
        assertThat(third.connect(NAME, ConnectData.ANY_CONTROLLER, 0, 0).status())
                .isEqualTo(NvmeStatus.CONNECT_CONTROLLER_BUSY);
        RawHost io = host().initialize().connectIo(NAME, firstId, 1, 0);
        assertThat(io.commandFor(io.io(IoOpcode.READ, 1, 0, 1), BLOCK_BYTES).status()).isZero();
    }

    @Test
    void aTargetThatCannotListenLeavesNoDescriptor() throws IOException {
        serve(TargetConfig.defaults());
        List<InetSocketAddress> taken = List.of(target.ports().getFirst());
        int before = descriptors();
        for (int i = 0; i < 10; i++) {
            assertThatThrownBy(
                            () ->
                                    NvmeTcpTarget.open(
                                            TargetConfig.defaults().withThreads(4),
                                            List.of(subsystem),
                                            taken))
                    .hasMessageContaining("Choose another port");
        }
        assertThat(descriptors()).isLessThan(before + 10);
    }

    private static int descriptors() {
        String[] numbers = new java.io.File("/proc/self/fd").list();
        return numbers == null ? 0 : numbers.length;
    }

    @Test
    void failedCommandsAreInTheErrorLogTheLatestFirst() throws IOException {
        serve(TargetConfig.defaults());
        RawHost admin = host().initialize();
        int id = admin.connectAdmin(NAME);
        RawHost io = host().initialize().connectIo(NAME, id, 1, 0);
        assertThat(admin.log(LogPageId.ERRORS, 4096, 0).segment().mismatch(zeroes(4096)))
                .isEqualTo(-1);
        for (int i = 0; i < 70; i++) {
            int status = io.commandFor(io.io(IoOpcode.READ, 1, BLOCKS + i, 1), 512).status();
            assertThat(status)
                    .isEqualTo(
                            NvmeStatus.LBA_OUT_OF_RANGE
                                    | NvmeStatus.DO_NOT_RETRY
                                    | NvmeStatus.MORE);
        }
        MemorySegment log = admin.log(LogPageId.ERRORS, 4096, 0).segment();
        for (int i = 0; i < 64; i++) {
            ErrorLogEntry entry = new ErrorLogEntry(log.asSlice(i * 64L, 64));
            assertThat(entry.count()).isEqualTo(70 - i);
            assertThat(entry.queueId()).isEqualTo(1);
            assertThat(NvmeStatus.code(entry.status())).isEqualTo(NvmeStatus.LBA_OUT_OF_RANGE);
            assertThat(entry.block()).isEqualTo(BLOCKS + 69 - i);
            assertThat(entry.namespaceId()).isEqualTo(1);
        }
        SmartLog smart = new SmartLog(admin.log(LogPageId.SMART, 512, 0).segment());
        assertThat(smart.errorLogEntries()).isEqualTo(70);
        IdentifyController page = new IdentifyController(admin.identifyController());
        assertThat(page.admin().errorLogEntries()).isEqualTo(63);
    }

    @Test
    void aControllerThatIsShutDownSaysSo() throws IOException {
        serve(TargetConfig.defaults());
        RawHost admin = host().initialize();
        int ignored = admin.connectAdmin(NAME);
        assertThat(admin.set(ControllerRegister.CC, 0x460001 | 1 << 14).status()).isZero();
        assertThat(admin.get(ControllerRegister.CSTS, 4) & 0xC)
                .isEqualTo(ControllerRegister.CSTS_SHUTDOWN_COMPLETE);
    }
}
