package dev.ringroad.nvme.command;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.lang.foreign.MemorySegment;
import java.util.HexFormat;

/** Structures of Fabrics byte by byte, as the specification's figures have them. */
class FabricsStructuresTest {
    private final byte[] bytes = new byte[4096];
    private final MemorySegment s = MemorySegment.ofArray(bytes);

    private String hex(int from, int to) {
        return HexFormat.of().formatHex(bytes, from, to);
    }

    @Test
    void connectHasItsFieldsWhereTheFigureHasThem() {
        ConnectEntry.encode(s, 1, 0x1234, 3, 128, ConnectEntry.NO_FLOW_CONTROL, 5000);
        assertThat(hex(1, 9)).isEqualTo("7f403412" + "01000000");
        assertThat(hex(41, 53)).isEqualTo("0000" + "0300" + "7f00" + "0400" + "88130000");
        assertThat(ConnectEntry.queueId(s, 1)).isEqualTo(3);
        assertThat(ConnectEntry.queueEntries(s, 1)).isEqualTo(128);
        assertThat(ConnectEntry.keepAliveMillis(s, 1)).isEqualTo(5000);
        assertThat(SubmissionEntry.fabricsType(s, 1)).isEqualTo(FabricsCommand.CONNECT);
    }

    @Test
    void connectDataHoldNames() {
        ConnectData data = new ConnectData(s);
        data.controllerId(ConnectData.ANY_CONTROLLER).subsystemName("nqn.a").hostName("nqn.b");
        assertThat(hex(16, 18)).isEqualTo("ffff");
        assertThat(data.subsystemName()).isEqualTo("nqn.a");
        assertThat(data.hostName()).isEqualTo("nqn.b");
        assertThat(bytes[512]).isEqualTo((byte) 'n');
    }

    @Test
    void propertiesHaveFourOrEightBytes() {
        PropertyEntry.encodeGet(s, 0, 1, ControllerRegister.CAP, 8);
        assertThat(hex(40, 48)).isEqualTo("01000000" + "00000000");
        assertThat(PropertyEntry.bytes(s, 0)).isEqualTo(8);
        PropertyEntry.encodeSet(s, 0, 1, ControllerRegister.CC, 4, 0x460001);
        assertThat(hex(40, 56)).isEqualTo("00000000" + "14000000" + "0100460000000000");
        assertThat(PropertyEntry.value(s, 0)).isEqualTo(0x460001);
        bytes[40] = 2;
        assertThat(PropertyEntry.bytes(s, 0)).isZero();
    }

    @Test
    void discoveryEntriesSayWhereSubsystemsAre() {
        DiscoveryLogPage page = new DiscoveryLogPage(s).generation(7).entries(1);
        DiscoveryLogPage.Entry entry = new DiscoveryLogPage.Entry(s.asSlice(1024));
        entry.transport(3).family(1).kind(2).portId(9).service("4420").address("127.0.0.1");
        entry.subsystemName("nqn.c");
        assertThat(hex(0, 16)).isEqualTo("0700000000000000" + "0100000000000000");
        assertThat(hex(1024, 1032)).isEqualTo("03010200" + "09000000");
        assertThat(entry.service()).isEqualTo("4420");
        assertThat(entry.address()).isEqualTo("127.0.0.1");
        assertThat(entry.subsystemName()).isEqualTo("nqn.c");
        assertThat(page.entries()).isEqualTo(1);
    }

    @Test
    void groupsOfNamespacesFollowEachOther() {
        AnaLogPage page = new AnaLogPage(s).changes(2).groups(2);
        long first = AnaLogPage.HEADER_BYTES;
        page.group(first, 1, 2, 5, AnaLogPage.OPTIMIZED).namespaceId(first, 1, 8);
        long second = page.behind(first);
        page.group(second, 2, 0, 6, AnaLogPage.INACCESSIBLE);
        assertThat(second).isEqualTo(16 + 32 + 8);
        assertThat(page.isWhole(first)).isTrue();
        assertThat(page.namespaceId(first, 1)).isEqualTo(8);
        assertThat(page.state(second)).isEqualTo(AnaLogPage.INACCESSIBLE);
        assertThat(new AnaLogPage(s.asSlice(0, 52)).isWhole(first)).isFalse();
        page.group(first, 1, -1, 5, AnaLogPage.OPTIMIZED);
        assertThat(page.isWhole(first)).isFalse();
    }

    @Test
    void namesHaveTheirForm() {
        assertThat(QualifiedName.isValid(QualifiedName.DISCOVERY)).isTrue();
        assertThat(QualifiedName.isValid("nqn.2024-01.io.x:y")).isTrue();
        assertThat(QualifiedName.isValid("iqn.2024-01.io.x:y")).isFalse();
        assertThat(QualifiedName.isValid("nqn.2024-01.io x")).isFalse();
        assertThat(QualifiedName.isValid("nqn.2024-01." + "x".repeat(223))).isFalse();
    }
}
