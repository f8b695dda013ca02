package dev.ringroad.nvme.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

class EntriesTest {
    private final byte[] raw = new byte[128];
    private final MemorySegment memory = MemorySegment.ofArray(raw);

    @Test
    void aCommandBeginsZeroedAndHasItsFieldsWhereTheSpecificationPutsThem() {
        memory.fill((byte) 0xff);

        SubmissionEntry.begin(memory, 3, IoOpcode.READ, 0xabcd, 0x89abcdef);
        SubmissionEntry.flags(memory, 3, SubmissionEntry.SGL | SubmissionEntry.FUSED_SECOND);
        SubmissionEntry.quadWord(memory, 3, 10, 0x1122334455667788L);

        assertThat(raw).startsWith(255, 255, 255, 2, 0x42, 0xcd, 0xab, 0xef, 0xcd, 0xab, 0x89);
        assertThat(raw[3 + 40]).isEqualTo((byte) 0x88);
        assertThat(raw[3 + 47]).isEqualTo((byte) 0x11);
        assertThat(raw[3 + 63]).isZero();
        assertThat(raw[3 + 64]).isEqualTo((byte) 0xff);
        assertThat(SubmissionEntry.opcode(memory, 3)).isEqualTo(IoOpcode.READ);
        assertThat(SubmissionEntry.commandId(memory, 3)).isEqualTo(0xabcd);
        assertThat(SubmissionEntry.namespaceId(memory, 3)).isEqualTo(0x89abcdef);
        assertThat(SubmissionEntry.fused(memory, 3)).isEqualTo(SubmissionEntry.FUSED_SECOND);
        assertThat(SubmissionEntry.dataPointer(memory, 3)).isEqualTo(SubmissionEntry.SGL);
        assertThat(SubmissionEntry.doubleWord(memory, 3, 11)).isEqualTo(0x11223344);
    }

    @Test
    void aCompletionReadsAsItWasWritten() {
        CompletionEntry.encode(memory, 5, 0x1122334455667788L, 0xfffe, 7, 0x8001, 0x4080, 1);

        assertThat(CompletionEntry.result(memory, 5)).isEqualTo(0x55667788);
        assertThat(CompletionEntry.longResult(memory, 5)).isEqualTo(0x1122334455667788L);
        assertThat(CompletionEntry.sqHead(memory, 5)).isEqualTo(0xfffe);
        assertThat(CompletionEntry.sqId(memory, 5)).isEqualTo(7);
        assertThat(CompletionEntry.commandId(memory, 5)).isEqualTo(0x8001);
        assertThat(CompletionEntry.status(memory, 5)).isEqualTo(0x4080);
        assertThat(CompletionEntry.phase(memory, 5)).isOne();
        assertThat(raw[5 + 15]).isEqualTo((byte) 0x81);
        assertThat(raw[5 + 14]).isEqualTo((byte) 0x01);
    }

    @Test
    void anSglDescriptorReadsAsItWasWritten() {
        SglDescriptor.encode(memory, 1, SglDescriptor.LAST_SEGMENT, SglDescriptor.OFFSET, -2, -1);

        assertThat(SglDescriptor.type(memory, 1)).isEqualTo(SglDescriptor.LAST_SEGMENT);
        assertThat(SglDescriptor.subtype(memory, 1)).isEqualTo(SglDescriptor.OFFSET);
        assertThat(SglDescriptor.address(memory, 1)).isEqualTo(-2);
        assertThat(SglDescriptor.length(memory, 1)).isEqualTo(0xffff_ffffL);
        assertThat(raw[1 + 15]).isEqualTo((byte) 0x31);
    }

    @Test
    void aDatasetRangeReadsAsItWasWritten() {
        DatasetRange.encode(memory, 7, 3, -1, 1L << 40);

        assertThat(DatasetRange.attributes(memory, 7)).isEqualTo(3);
        assertThat(DatasetRange.blockCount(memory, 7)).isEqualTo(0xffff_ffffL);
        assertThat(DatasetRange.firstBlock(memory, 7)).isEqualTo(1L << 40);
    }

    @Test
    void aStatusSaysWhatHappenedAndWhetherToTryAgain() {
        assertThat(NvmeStatus.sentence(0)).isEqualTo("done");
        assertThat(NvmeStatus.sentence(0x4080))
                .contains("behind the end", "will fail again", "0x4080");
        assertThat(NvmeStatus.sentence(0x281))
                .contains("could not be read")
                .doesNotContain("again");
        assertThat(NvmeStatus.mayRetry(0x281)).isTrue();
        assertThat(NvmeStatus.mayRetry(0x4080)).isFalse();
        assertThat(NvmeStatus.mayRetry(0)).isFalse();
        assertThat(NvmeStatus.code(0x4080)).isEqualTo(NvmeStatus.LBA_OUT_OF_RANGE);
        assertThat(NvmeStatus.retryDelayIndex(0x1822)).isEqualTo(3);
    }

    @Test
    void everyStatusOfTheFieldHasASentenceAndNoneOfThemIsTheHosts() {
        for (int status = 0; status <= NvmeStatus.FIELD_MASK; status++) {
            assertThat(NvmeStatus.sentence(status)).isNotBlank();
            assertThat(NvmeStatus.isOwn(status)).isFalse();
        }
        assertThat(NvmeStatus.isOwn(NvmeStatus.TIMED_OUT)).isTrue();
        assertThat(NvmeStatus.sentence(NvmeStatus.GONE)).contains("gone");
    }

    @Test
    void structuresReadAsTheyWereWritten() {
        IdentifyController controller =
                new IdentifyController(MemorySegment.ofArray(new byte[4096]))
                        .serialNumber("S1")
                        .modelNumber("Ringroad")
                        .subsystemName("nqn.2014-08.org.nvmexpress.discovery")
                        .transferShift(5);
        controller.io().namespaces(-1);

        assertThat(controller.serialNumber()).isEqualTo("S1");
        assertThat(controller.modelNumber()).isEqualTo("Ringroad");
        assertThat(controller.subsystemName()).isEqualTo("nqn.2014-08.org.nvmexpress.discovery");
        assertThat(controller.io().namespaces()).isEqualTo(-1);
        assertThat(controller.bytes().get(ValueLayout.JAVA_BYTE, 23)).isEqualTo((byte) ' ');
        assertThat(controller.bytes().get(ValueLayout.JAVA_BYTE, 77)).isEqualTo((byte) 5);
        assertThatThrownBy(() -> controller.firmwareRevision("123456789"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void nonsenseInTextBecomesQuestionMarks() {
        IdentifyController controller =
                new IdentifyController(MemorySegment.ofArray(new byte[4096]));
        controller.bytes().fill((byte) 0x9b);

        assertThat(controller.serialNumber()).isEqualTo("?".repeat(20));
    }

    @Test
    void aNamespacesFormatsArePickedByBothPartsOfTheIndex() {
        IdentifyNamespace namespace =
                new IdentifyNamespace(MemorySegment.ofArray(new byte[4096])).format(17, 12, 64);
        namespace.format(0x31);

        assertThat(namespace.formatIndex()).isEqualTo(17);
        assertThat(namespace.metadataExtendsBlocks()).isTrue();
        assertThat(namespace.blockShift(17)).isEqualTo(12);
        assertThat(namespace.metadataBytes(17)).isEqualTo(64);
        assertThat(namespace.blockShift(63)).isZero();
    }

    @Test
    void aListOfNamespacesEndsAtTheFirstZeroOrWithThePage() {
        NamespaceList list = new NamespaceList(MemorySegment.ofArray(new byte[4096]));
        assertThat(list.count()).isZero();
        assertThat(list.id(0, 1).id(1, -5).count()).isEqualTo(2);

        list.bytes().fill((byte) 1);

        assertThat(list.count()).isEqualTo(1024);
    }

    @Test
    void aNameIsFoundByItsTypeAndAListThatRunsOverItsEndHasNone() {
        NamespaceNames names = new NamespaceNames(MemorySegment.ofArray(new byte[4096]));
        names.add(NamespaceNames.UUID, 16).fill((byte) 7);
        names.add(NamespaceNames.COMMAND_SET, 1).set(ValueLayout.JAVA_BYTE, 0, (byte) 2);

        MemorySegment set = names.name(NamespaceNames.COMMAND_SET);
        assertThat(set).isNotNull();
        assertThat(set.get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) CommandSet.ZONED);
        assertThat(names.name(NamespaceNames.EUI64)).isNull();

        names.bytes().fill((byte) 0xff);
        assertThat(names.name(NamespaceNames.EUI64)).isNull();
    }

    @Test
    void capabilitiesReadAsTheyWereWritten() {
        long cap = ControllerRegister.capabilities(65536, 7500, 16, 0x41, 12, 16);

        assertThat(ControllerRegister.queueEntriesMax(cap)).isEqualTo(65536);
        assertThat(ControllerRegister.timeoutMillis(cap)).isEqualTo(7500);
        assertThat(ControllerRegister.doorbellStride(cap)).isEqualTo(16);
        assertThat(ControllerRegister.commandSets(cap)).isEqualTo(0x41);
        assertThat(ControllerRegister.pageShiftMin(cap)).isEqualTo(12);
        assertThat(ControllerRegister.pageShiftMax(cap)).isEqualTo(16);
        assertThat(ControllerRegister.submissionDoorbell(2, 16)).isEqualTo(0x1040);
        assertThat(ControllerRegister.completionDoorbell(2, 16)).isEqualTo(0x1050);
    }
}
