package dev.ringroad.nvme.fabrics.pdu;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** Each PDU byte by byte, as the specification's figures have it. */
class PduCodecTest {
    private static final PduLimits BARE = new PduLimits(false, false, 4, 4, 8192, 4096, 1);
    private static final PduLimits FULL = new PduLimits(true, true, 4, 32, 8192, 4096, 1);

    private final byte[] bytes = new byte[256];
    private final MemorySegment s = MemorySegment.ofArray(bytes);

    private String hex(int from, int count) {
        return HexFormat.of().formatHex(bytes, from, from + count);
    }

    @Test
    void initializeRequestHasItsFieldsWhereTheFigureHasThem() {
        InitializePdu.writeRequest(s, 1, 128, true, false, 4);
        assertThat(hex(1, 16))
                .isEqualTo("00008000" + "80000000" + "0000" + "1f" + "01" + "03000000");
        assertThat(InitializePdu.alignmentBytes(s, 1)).isEqualTo(128);
        assertThat(InitializePdu.headerDigest(s, 1)).isTrue();
        assertThat(InitializePdu.dataDigest(s, 1)).isFalse();
        assertThat(InitializePdu.readyMax(s, 1)).isEqualTo(4);
    }

    @Test
    void initializeResponseHasItsFieldsWhereTheFigureHasThem() {
        InitializePdu.writeResponse(s, 0, 4, false, true, 0x20000);
        assertThat(hex(0, 16))
                .isEqualTo("01008000" + "80000000" + "0000" + "00" + "02" + "00000200");
        assertThat(InitializePdu.dataBytesMax(s, 0)).isEqualTo(0x20000);
        assertThat(InitializePdu.dataDigest(s, 0)).isTrue();
    }

    @Test
    void capsuleWithDataPadsUpToTheirAlignment() {
        int length = CapsulePdu.writeCommandHeader(s, 0, FULL, 100);
        assertThat(hex(0, 8)).isEqualTo("04" + "03" + "48" + "60" + "c8000000");
        assertThat(length).isEqualTo(96 + 100 + 4);
        assertThat(CapsulePdu.dataBytes(s, 0, FULL)).isEqualTo(100);
    }

    @Test
    void capsuleWithoutDataHasNoDataOffset() {
        assertThat(CapsulePdu.writeCommandHeader(s, 0, FULL, 0)).isEqualTo(76);
        assertThat(hex(0, 8)).isEqualTo("04" + "01" + "48" + "00" + "4c000000");
        assertThat(CapsulePdu.dataBytes(s, 0, FULL)).isZero();
        assertThat(CapsulePdu.writeResponseHeader(s, 0, BARE)).isEqualTo(24);
        assertThat(hex(0, 8)).isEqualTo("05" + "00" + "18" + "00" + "18000000");
    }

    @Test
    void dataHaveTheirFieldsWhereTheFigureHasThem() {
        int length = DataPdu.writeHostData(s, 0, FULL, 0x1234, 0x5678, 0x1000, 64, true);
        assertThat(length).isEqualTo(32 + 64 + 4);
        assertThat(hex(0, 24))
                .isEqualTo(
                        "06071820"
                                + "64000000"
                                + "3412"
                                + "7856"
                                + "00100000"
                                + "40000000"
                                + "00000000");
        int flags = PduHeader.LAST | PduHeader.SUCCESS;
        DataPdu.writeControllerData(s, 0, BARE, flags, 7, 0, 64);
        assertThat(hex(0, 8)).isEqualTo("070c1818" + "58000000");
        assertThat(DataPdu.commandId(s, 0)).isEqualTo(7);
        assertThat(DataPdu.dataBytes(s, 0)).isEqualTo(64);
    }

    @Test
    void readyToTransferHasItsFieldsWhereTheFigureHasThem() {
        assertThat(ReadyPdu.write(s, 0, FULL, 1, 2, 4, 8)).isEqualTo(28);
        assertThat(hex(0, 24))
                .isEqualTo(
                        "09011800"
                                + "1c000000"
                                + "0100"
                                + "0200"
                                + "04000000"
                                + "08000000"
                                + "00000000");
        assertThat(ReadyPdu.tag(s, 0)).isEqualTo(2);
        assertThat(ReadyPdu.offset(s, 0)).isEqualTo(4);
        assertThat(ReadyPdu.dataBytes(s, 0)).isEqualTo(8);
    }

    @Test
    void terminateQuotesTheHeaderInQuestion() {
        MemorySegment wrong = MemorySegment.ofArray(new byte[] {9, 8, 7});
        long fault = PduFault.FIELD_WRONG.at(12);
        int length = TerminatePdu.write(s, 0, PduType.CONTROLLER_TERMINATE, fault, wrong, 0, 3);
        assertThat(length).isEqualTo(27);
        assertThat(hex(0, 27))
                .isEqualTo(
                        "03001800" + "1b000000" + "0100" + "0c000000" + "00".repeat(10) + "090807");
        assertThat(TerminatePdu.status(s, 0)).isEqualTo(PduFault.Fatal.INVALID_HEADER);
        assertThat(TerminatePdu.information(s, 0)).isEqualTo(12);
    }

    @Test
    void digestIsThatOfTheCheckValue() {
        ByteBuffer view = ByteBuffer.wrap("x123456789y".getBytes(StandardCharsets.US_ASCII));
        PduDigest digest = new PduDigest();
        assertThat(digest.of(view, 1, 9)).isEqualTo(0xE3069283);
        digest.begin();
        digest.add(view, 1, 4);
        digest.add(view, 5, 5);
        assertThat(digest.value()).isEqualTo(0xE3069283);
    }
}
