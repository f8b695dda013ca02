package dev.ringroad.nvme.fabrics.pdu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringroad.nvme.command.LittleEndian;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;

import org.junit.jupiter.api.Test;

import java.lang.foreign.MemorySegment;

/** Headers that lie are refused with the field in question. */
class PduCheckTest {
    private static final PduLimits BARE = new PduLimits(false, false, 4, 4, 8192, 4096, 1);
    private static final PduLimits FULL = new PduLimits(true, true, 32, 32, 8192, 4096, 1);

    private final MemorySegment s = MemorySegment.ofArray(new byte[256]);

    private long check(PduLimits limits, boolean fromHost) {
        long fault = PduCheck.commonHeader(s, 0, limits, fromHost);
        return fault != 0 ? fault : PduCheck.header(s, 0, limits);
    }

    private void expect(long fault, PduFault what, int field) {
        assertThat(fault).isNotZero();
        assertThat(PduFault.of(fault)).isEqualTo(what);
        assertThat(PduFault.information(fault)).isEqualTo(field);
    }

    @Test
    void whatTheCodecsWritePasses() {
        for (PduLimits limits : new PduLimits[] {BARE, FULL}) {
            InitializePdu.writeRequest(s, 0, 32, true, true, 1);
            assertThat(check(limits, true)).isZero();
            InitializePdu.writeResponse(s, 0, 32, true, true, 4096);
            assertThat(check(limits, false)).isZero();
            CapsulePdu.writeCommandHeader(s, 0, limits, 0);
            assertThat(check(limits, true)).isZero();
            CapsulePdu.writeCommandHeader(s, 0, limits, 8192);
            assertThat(check(limits, true)).isZero();
            CapsulePdu.writeResponseHeader(s, 0, limits);
            assertThat(check(limits, false)).isZero();
            DataPdu.writeHostData(s, 0, limits, 1, 2, 4, 4096, true);
            assertThat(check(limits, true)).isZero();
            DataPdu.writeControllerData(s, 0, limits, PduHeader.LAST, 1, 4, 70000);
            assertThat(check(limits, false)).isZero();
            ReadyPdu.write(s, 0, limits, 1, 2, 4, 8);
            assertThat(check(limits, false)).isZero();
        }
    }

    @Test
    void typesOfTheOtherDirectionAreUnknown() {
        for (int type = 0; type < 256; type++) {
            boolean fromHost = PduType.isFromHost(type);
            PduHeader.write(s, 0, type, 0, PduType.headerBytes(type), 0, 128);
            expect(PduCheck.commonHeader(s, 0, BARE, !fromHost), PduFault.TYPE_UNKNOWN, 0);
        }
    }

    @Test
    void headerLengthIsThatOfTheType() {
        CapsulePdu.writeCommandHeader(s, 0, BARE, 0);
        LittleEndian.u8(s, 2, 71);
        expect(check(BARE, true), PduFault.HEADER_LENGTH_WRONG, 2);
    }

    @Test
    void digestsAreThoseAgreedTo() {
        CapsulePdu.writeCommandHeader(s, 0, BARE, 4);
        expect(check(FULL, true), PduFault.FLAGS_WRONG, 1);
        CapsulePdu.writeCommandHeader(s, 0, FULL, 4);
        expect(check(BARE, true), PduFault.FLAGS_WRONG, 1);
        InitializePdu.writeRequest(s, 0, 4, false, false, 1);
        LittleEndian.u8(s, 1, PduHeader.HEADER_DIGEST);
        expect(check(BARE, true), PduFault.FLAGS_WRONG, 1);
    }

    @Test
    void dataBeginBehindTheHeaderAndAligned() {
        for (int offset : new int[] {0, 20, 23, 25, 26, 27}) {
            DataPdu.writeHostData(s, 0, BARE, 1, 2, 0, 64, true);
            LittleEndian.u8(s, 3, offset);
            expect(check(BARE, true), PduFault.DATA_OFFSET_WRONG, 3);
        }
        DataPdu.writeHostData(s, 0, FULL, 1, 2, 0, 64, true);
        LittleEndian.u8(s, 3, 36);
        expect(check(FULL, true), PduFault.DATA_OFFSET_WRONG, 3);
    }

    @Test
    void lengthsAgreeWithEachOther() {
        DataPdu.writeHostData(s, 0, BARE, 1, 2, 0, 64, true);
        LittleEndian.u32(s, DataPdu.LENGTH, 60);
        expect(check(BARE, true), PduFault.LENGTH_WRONG, DataPdu.LENGTH);
        for (int length : new int[] {0, 8, 23, 24}) {
            DataPdu.writeHostData(s, 0, BARE, 1, 2, 0, 64, true);
            LittleEndian.u32(s, 4, length);
            expect(check(BARE, true), PduFault.LENGTH_WRONG, 4);
        }
        ReadyPdu.write(s, 0, BARE, 1, 2, 0, 64);
        LittleEndian.u32(s, 4, 28);
        expect(check(BARE, false), PduFault.LENGTH_WRONG, 4);
    }

    @Test
    void noPduHasMoreDataThanWasAgreedTo() {
        DataPdu.writeHostData(s, 0, BARE, 1, 2, 0, 4100, true);
        expect(check(BARE, true), PduFault.DATA_TOO_LONG, 4);
        assertThat(PduFault.status(check(BARE, true))).isEqualTo(PduFault.Fatal.LIMIT_EXCEEDED);
        CapsulePdu.writeCommandHeader(s, 0, BARE, 8196);
        expect(check(BARE, true), PduFault.DATA_TOO_LONG, 4);
        LittleEndian.u32(s, 4, -1);
        expect(check(BARE, true), PduFault.DATA_TOO_LONG, 4);
    }

    @Test
    void fieldsThatCannotBeAreNamed() {
        InitializePdu.writeRequest(s, 0, 4, false, false, 1);
        LittleEndian.u16(s, 8, 1);
        expect(check(BARE, true), PduFault.VERSION_UNKNOWN, 8);
        InitializePdu.writeRequest(s, 0, 132, false, false, 1);
        expect(check(BARE, true), PduFault.ALIGNMENT_WRONG, 10);
        InitializePdu.writeResponse(s, 0, 4, false, false, 4092);
        expect(check(BARE, false), PduFault.FIELD_WRONG, 12);
        DataPdu.writeHostData(s, 0, BARE, 1, 2, 2, 64, true);
        expect(check(BARE, true), PduFault.FIELD_WRONG, 12);
        DataPdu.writeControllerData(s, 0, BARE, PduHeader.SUCCESS, 1, 0, 64);
        expect(check(BARE, false), PduFault.FLAGS_WRONG, 1);
        ReadyPdu.write(s, 0, BARE, 1, 2, 0, 0);
        expect(check(BARE, false), PduFault.FIELD_WRONG, 16);
    }

    @Property(tries = 2000)
    void whateverPassesHasALengthWithinTheLimits(
            @ForAll @Size(128) byte[] bytes, @ForAll boolean digests, @ForAll boolean fromHost) {
        MemorySegment any = MemorySegment.ofArray(bytes);
        int type = bytes[0] & 0x0F;
        LittleEndian.u8(any, 0, type);
        LittleEndian.u8(any, 2, PduType.headerBytes(type));
        PduLimits limits = digests ? FULL : BARE;
        if (PduCheck.commonHeader(any, 0, limits, fromHost) == 0
                && PduCheck.header(any, 0, limits) == 0) {
            long most = type == PduType.CONTROLLER_DATA ? 0xFFFF_FFFFL : 255 + 8192 + 4;
            assertThat(PduHeader.bytes(any, 0)).isBetween((long) PduType.headerBytes(type), most);
        }
    }
}
