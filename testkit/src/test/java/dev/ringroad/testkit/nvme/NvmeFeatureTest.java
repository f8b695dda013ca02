package dev.ringroad.testkit.nvme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringroad.core.memory.DmaMemory;
import dev.ringroad.nvme.AdminCommand;
import dev.ringroad.nvme.AsynchronousEvents;
import dev.ringroad.nvme.Features;
import dev.ringroad.nvme.LogPages;
import dev.ringroad.nvme.NamespaceAttachment;
import dev.ringroad.nvme.NamespaceFormat;
import dev.ringroad.nvme.NvmeException;
import dev.ringroad.nvme.NvmeNamespace;
import dev.ringroad.nvme.command.AdminOpcode;
import dev.ringroad.nvme.command.AsynchronousEvent;
import dev.ringroad.nvme.command.CommandEffects;
import dev.ringroad.nvme.command.CommandSet;
import dev.ringroad.nvme.command.ErrorLogEntry;
import dev.ringroad.nvme.command.FeatureId;
import dev.ringroad.nvme.command.IoOpcode;
import dev.ringroad.nvme.command.LogPageId;
import dev.ringroad.nvme.command.NvmeStatus;
import dev.ringroad.nvme.command.SmartLog;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/** Features, log pages, events, formats and attachments of QEMU's model. */
final class NvmeFeatureTest {
    private static final long WAIT_NANOS_MAX = 60_000_000_000L;
    private static final String DRIVE = "id=d0,if=none,driver=null-co,size=4M,read-zeroes=on";

    private static NvmeLab lab() throws IOException {
        return NvmeLab.start("-drive", DRIVE, "-device", "nvme,serial=s,drive=d0,addr=04.0,id=n0");
    }

    private static int codeOf(Throwable failure) {
        return NvmeStatus.code(((NvmeException) failure).status());
    }

    @Test
    void featuresAreGotAndSet() throws Exception {
        try (NvmeLab lab = lab()) {
            Features features = new Features(lab.controller);
            assertThat(features.hasWriteCache()).isTrue();
            boolean before = features.writeCache();
            features.writeCache(!before);
            assertThat(features.writeCache()).isEqualTo(!before);
            features.thresholdKelvin(0, true, 350);
            features.thresholdKelvin(0, false, 280);
            assertThat(features.thresholdKelvin(0, true)).isEqualTo(350);
            assertThat(features.thresholdKelvin(0, false)).isEqualTo(280);
            features.timestampMillis(1_700_000_000_000L);
            assertThat(features.timestampMillis())
                    .isBetween(1_700_000_000_000L, 1_700_000_600_000L);
            features.events(0x1f);
            assertThat(features.events() & 0xff).isEqualTo(0x1f);
        }
    }

    @Test
    void featuresHaveDefaultsAndCapabilities() throws Exception {
        try (NvmeLab lab = lab()) {
            Features features = new Features(lab.controller);
            int id = FeatureId.TEMPERATURE_THRESHOLD;
            int usual = features.get(id, 0, Features.Which.DEFAULT);
            features.thresholdKelvin(0, true, 300);
            assertThat(features.get(id, 0, Features.Which.DEFAULT)).isEqualTo(usual);
            assertThat(features.get(id, 0, Features.Which.CURRENT)).isEqualTo(300);
            int changeable = 4;
            assertThat(features.get(id, 0, Features.Which.CAPABILITIES) & changeable).isNotZero();
        }
    }

    @Test
    void featuresThatAreNotThereAreRefused() throws Exception {
        try (NvmeLab lab = lab()) {
            Features features = new Features(lab.controller);
            assertThatThrownBy(() -> features.get(0x7f))
                    .isInstanceOfSatisfying(
                            NvmeException.class,
                            e -> assertThat(codeOf(e)).isEqualTo(NvmeStatus.INVALID_FIELD));
            assertThatThrownBy(() -> features.set(FeatureId.VOLATILE_WRITE_CACHE, 0, 1, true))
                    .isInstanceOfSatisfying(
                            NvmeException.class,
                            e -> assertThat(codeOf(e)).isEqualTo(NvmeStatus.FEATURE_NOT_SAVEABLE));
            assertThatThrownBy(() -> features.thresholdKelvin(0, true, 1 << 16))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void theHealthLogCounts() throws Exception {
        try (NvmeLab lab = lab();
                DmaMemory data = lab.memory(4096)) {
            SmartLog before = new LogPages(lab.controller).smart();
            assertThat(before.kelvin()).isBetween(273, 400);
            assertThat(before.warnings()).isZero();
            for (int count = 0; count < 5; count++) {
                NvmeNamespace namespace = lab.namespace(1);
                assertThat(lab.await(lab.queue().read(1, namespace, 0, 8, data, 0))).isZero();
            }
            SmartLog after = new LogPages(lab.controller).smart();
            BigInteger reads = after.readCommands().subtract(before.readCommands());
            assertThat(reads).isEqualTo(BigInteger.valueOf(5));
        }
    }

    @Test
    void theErrorLogIsReadWhole() throws Exception {
        try (NvmeLab lab = lab()) {
            // QEMU counts no errors in it, and answers zeroes.
            List<ErrorLogEntry> errors = new LogPages(lab.controller).errors();
            assertThat(errors).isEmpty();
        }
    }

    @Test
    void theFirmwareLogTellsWhatRuns() throws Exception {
        try (NvmeLab lab = lab()) {
            var slots = new LogPages(lab.controller).firmwareSlots();
            assertThat(slots.active()).isOne();
            assertThat(slots.next()).isZero();
            assertThat(slots.revision(1)).isEqualTo("1.0"); // as all slots of this model
            assertThat(slots.revision(7)).isEmpty();
        }
    }

    @Test
    void theEffectsLogTellsWhichCommandsThereAre() throws Exception {
        try (NvmeLab lab = lab()) {
            CommandEffects effects = new LogPages(lab.controller).commandEffects(CommandSet.NVM);
            int supported = CommandEffects.SUPPORTED;
            assertThat(effects.ofAdmin(AdminOpcode.IDENTIFY) & supported).isNotZero();
            assertThat(effects.ofAdmin(0xee) & supported).isZero();
            assertThat(effects.ofIo(IoOpcode.READ) & supported).isNotZero();
            assertThat(effects.ofIo(IoOpcode.ZONE_APPEND) & supported).isZero();
        }
    }

    @Test
    void logPagesThatAreNotThereAreRefused() throws Exception {
        try (NvmeLab lab = lab()) {
            LogPages pages = new LogPages(lab.controller);
            // Controllers before 2.0 have no log of logs, and QEMU's is of 1.4.
            assertThatThrownBy(pages::supported).isInstanceOf(NvmeException.class);
            assertThatThrownBy(() -> pages.read(0xc5, LogPages.CONTROLLER, 512))
                    .isInstanceOf(NvmeException.class);
            assertThatThrownBy(() -> pages.read(LogPageId.SMART, LogPages.CONTROLLER, 6))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    /** A log page longer than the admin queue's room is read in pieces. */
    @Test
    void longLogPagesAreReadInPieces() throws Exception {
        try (NvmeLab lab = lab()) {
            int bytes = lab.controller.adminDataBytesMax() + 4096;
            MemorySegment log = MemorySegment.ofArray(new byte[bytes]);
            LogPages pages = new LogPages(lab.controller);
            // QEMU refuses what begins behind a page's end; so the second piece was asked for.
            assertThatThrownBy(() -> pages.read(LogPageId.SMART, LogPages.CONTROLLER, 0, true, log))
                    .isInstanceOf(NvmeException.class)
                    .hasMessageContaining("get log page");
            assertThat(new SmartLog(log).kelvin()).isBetween(273, 400);
        }
    }

    private static List<AsynchronousEvent> awaitEvent(
            AsynchronousEvents events, List<AsynchronousEvent> told) {
        long deadline = System.nanoTime() + WAIT_NANOS_MAX;
        while (told.isEmpty()) {
            int ignored = events.poll(System.nanoTime());
            assertThat(System.nanoTime() - deadline).as("waiting").isNegative();
        }
        return told;
    }

    @Test
    void anEventIsToldAndTheNextOnceItsLogWasRead() throws Exception {
        try (NvmeLab lab = lab()) {
            List<AsynchronousEvent> told = new ArrayList<>();
            AsynchronousEvents events = new AsynchronousEvents(lab.controller, told::add);
            assertThat(events.poll(System.nanoTime())).isZero();
            assertThat(events.outstanding()).isPositive();
            Features features = new Features(lab.controller);
            features.events(0xff);
            features.thresholdKelvin(0, true, 200); // it is warmer than that
            AsynchronousEvent event = awaitEvent(events, told).getFirst();
            assertThat(event.type()).isEqualTo(AsynchronousEvent.HEALTH);
            assertThat(event.information()).isEqualTo(AsynchronousEvent.TEMPERATURE);
            assertThat(event.logPage()).isEqualTo(LogPageId.SMART);
            told.clear();
            features.thresholdKelvin(0, true, 201);
            assertThat(events.poll(System.nanoTime())).isZero();
            assertThat(told).isEmpty(); // masked until the log is read
            SmartLog smart = new LogPages(lab.controller).smart();
            assertThat(smart.warnings() & SmartLog.TEMPERATURE).isNotZero();
            features.thresholdKelvin(0, true, 202);
            assertThat(awaitEvent(events, told)).hasSize(1);
        }
    }

    @Test
    void eventsAreAskedForAgainAfterAReset() throws Exception {
        try (NvmeLab lab = lab()) {
            List<AsynchronousEvent> told = new ArrayList<>();
            AsynchronousEvents events = new AsynchronousEvents(lab.controller, told::add);
            assertThat(events.poll(System.nanoTime())).isZero();
            int before = events.outstanding();
            lab.controller.reset();
            assertThat(events.outstanding()).isZero();
            assertThat(events.poll(System.nanoTime())).isZero();
            assertThat(events.outstanding()).isEqualTo(before);
            assertThat(events.isRefused()).isFalse();
            new Features(lab.controller).events(0xff);
            new Features(lab.controller).thresholdKelvin(0, true, 200);
            assertThat(awaitEvent(events, told)).hasSize(1);
        }
    }

    @Test
    void abortsAreAnswered() throws Exception {
        try (NvmeLab lab = lab()) {
            // Bit 0 says that nothing was aborted, as is always so with this model.
            AdminCommand abort = new AdminCommand(AdminOpcode.ABORT).doubleWord(10, 9 << 16 | 1);
            assertThat(lab.controller.execute(abort) & 1).isOne();
            AdminCommand nobodys = new AdminCommand(AdminOpcode.ABORT).doubleWord(10, 60);
            assertThatThrownBy(() -> lab.controller.execute(nobodys))
                    .isInstanceOf(NvmeException.class);
        }
    }

    @Test
    void aFormatChangesTheShape() throws Exception {
        try (NvmeLab lab = lab()) {
            NamespaceFormat formats = new NamespaceFormat(lab.controller);
            assertThat(formats.isSupported()).isTrue();
            NvmeNamespace before = lab.namespace(1);
            assertThat(before.blockBytes()).isEqualTo(512);
            int large = NamespaceFormat.formatOf(before.identity(), 4096, 0);
            formats.format(1, large, false, NamespaceFormat.Erase.NONE);
            NvmeNamespace after = lab.namespace(1);
            assertThat(after.blockBytes()).isEqualTo(4096);
            assertThat(after.blocks()).isEqualTo(before.blocks() / 8);
            int extended = NamespaceFormat.formatOf(after.identity(), 512, 8);
            formats.format(1, extended, true, NamespaceFormat.Erase.USER_DATA);
            NvmeNamespace last = lab.namespace(1);
            assertThat(last.blockDataBytes()).isEqualTo(520);
            assertThat(last.metadataExtendsBlocks()).isTrue();
        }
    }

    @Test
    void formatsThatAreNotThereAreRefused() throws Exception {
        try (NvmeLab lab = lab()) {
            NamespaceFormat formats = new NamespaceFormat(lab.controller);
            NvmeNamespace namespace = lab.namespace(1);
            assertThatThrownBy(() -> NamespaceFormat.formatOf(namespace.identity(), 1024, 0))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("no format with blocks of 1024 bytes")
                    .hasMessageContaining("512+0");
            assertThatThrownBy(() -> formats.format(1, 15, false, NamespaceFormat.Erase.NONE))
                    .isInstanceOfSatisfying(
                            NvmeException.class,
                            e -> assertThat(codeOf(e)).isEqualTo(NvmeStatus.INVALID_FORMAT));
            assertThatThrownBy(() -> formats.format(9, 0, false, NamespaceFormat.Erase.NONE))
                    .isInstanceOf(NvmeException.class);
            assertThat(lab.namespace(1).blockBytes()).isEqualTo(512);
        }
    }

    @Test
    void namespacesAreAttachedAndDetached() throws Exception {
        try (NvmeLab lab =
                NvmeLab.start(
                        "-drive",
                        DRIVE,
                        "-drive",
                        "id=d1,if=none,driver=null-co,size=2M",
                        "-device",
                        "nvme-subsys,id=sub",
                        "-device",
                        "nvme,serial=s,addr=04.0,subsys=sub",
                        "-device",
                        "nvme-ns,drive=d0,nsid=1",
                        "-device",
                        "nvme-ns,drive=d1,nsid=3,detached=on")) {
            assertThat(lab.controller.namespaceIds()).containsExactly(1);
            int own = lab.controller.identity().controllerId();
            NamespaceAttachment attachment = new NamespaceAttachment(lab.controller);
            assertThat(attachment.isSupported()).isTrue();
            List<AsynchronousEvent> told = new ArrayList<>();
            AsynchronousEvents events = new AsynchronousEvents(lab.controller, told::add);
            assertThat(events.poll(System.nanoTime())).isZero();
            new Features(lab.controller).events(1 << 8);
            attachment.attach(3, own);
            assertThat(lab.controller.namespaceIds()).containsExactly(1, 3);
            assertThat(lab.namespace(3).blocks()).isEqualTo((2 << 20) / 512);
            AsynchronousEvent event = awaitEvent(events, told).getFirst();
            assertThat(event.type()).isEqualTo(AsynchronousEvent.NOTICE);
            assertThat(event.information()).isEqualTo(AsynchronousEvent.NAMESPACES_CHANGED);
            assertThat(new LogPages(lab.controller).changedNamespaces()).containsExactly(3);
            assertThat(new LogPages(lab.controller).changedNamespaces()).isEmpty();
            attachment.detach(1, own);
            assertThat(lab.controller.namespaceIds()).containsExactly(3);
            assertThatThrownBy(() -> lab.namespace(1)).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> attachment.detach(1, own))
                    .isInstanceOfSatisfying(
                            NvmeException.class,
                            e ->
                                    assertThat(codeOf(e))
                                            .isEqualTo(NvmeStatus.NAMESPACE_NOT_ATTACHED));
        }
    }
}
