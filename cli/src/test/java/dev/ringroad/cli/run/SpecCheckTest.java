package dev.ringroad.cli.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringroad.cli.common.Machine;
import dev.ringroad.cli.common.Refusal;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

final class SpecCheckTest {
    private static final String ALL_CAPABILITIES = "CapEff:\t000001ffffffffff\n";
    private static final String NO_CAPABILITIES = "CapEff:\t0000000000000000\n";

    @TempDir private Path folder;
    private Path root;

    @BeforeEach
    void makeMachine() throws IOException {
        root = folder.resolve("root");
        write("proc/self/status", ALL_CAPABILITIES);
        write("proc/net/unix", "Num       RefCount Protocol Flags    Type St Inode Path\n");
        write("dev/net/tun", "");
    }

    private void write(String path, String text) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private void check(String... specs) {
        SpecCheck.all(List.of(specs), new Machine(root));
    }

    @Test
    void whatCanWorkPasses() {
        assertThatCode(
                        () ->
                                check(
                                        "memif:"
                                                + folder
                                                + "/a.sock,role=server,ip=10.9.0.1/24,ring=10",
                                        "tap:rr0,ip=10.9.1.2/24,host=10.9.1.1/24",
                                        "afxdp:gone,ip=10.9.2.1/24,from=" + folder + "/x.sock"))
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "memif                                   | does not name a device",
                "wire:x,ip=10.0.0.1/24                   | there are memif, vhost, virtio, tap, afpacket, afxdp",
                "memif:/tmp/a                            | no address",
                "memif:/tmp/a,ip=10.0.0.1                | length of its network",
                "memif:/tmp/a,ip=10.0.0.300/24           | 10.0.0.300",
                "memif:/tmp/a,ip=10.0.0.1/24,role=master | one of server, client",
                "memif:/tmp/a,ip=10.0.0.1/24,ip=1.1.1.1/8| twice",
                "memif:/no/such/folder/a,ip=10.0.0.1/24  | make it first",
                "vhost:/no/such/folder/a,ip=10.0.0.1/24  | make it first",
                "vhost:/tmp/a,ip=10.0.0.1/24,packed=yes  | has an option packed that vhost does not know",
                "virtio:/tmp/a,ip=10.0.0.1/24,size=1000000 | a number from",
                "virtio:/no/such/folder/a,ip=10.0.0.1/24 | make it first",
                "virtio:/tmp/a,ip=10.0.0.1/24,role=host  | one of client, server",
                "memif:/tmp/a,ip=10.0.0.1/24,loss=2      | chance from 0 to 1",
                "memif:/tmp/a,ip=10.0.0.1/24,delay=fast  | up to 10s",
                "memif:/tmp/a,ip=10.0.0.1/24,capture=/tmp| is a folder",
                "memif:/tmp/a,ip=10.0.0.1/24,capture=/no/such/c | make it first",
                "tap:averyverylongname,ip=10.0.0.1/24    | 1 to 15 of",
                "memif:/tmp/a,ip=10.0.0.1/24,rnig=10     | has an option rnig that memif does not know",
                "memif:/tmp/a,ip=10.0.0.1/24,host=10.0.0.2/24 | does not know",
                "tap:a,ip=10.0.0.1/24,offload=perhaps    | one of yes, no, checksum",
                "afpacket:a,ip=10.0.0.1/24,queues=0      | a number from 1",
                "afxdp:a,ip=10.0.0.1/24,mode=quick       | one of best, native, generic",
                "afxdp:a,ip=10.0.0.1/24,from=/no/such/folder/a | make it first",
                "afxdp:a,ip=10.0.0.1/24,from=/tmp/a,queue=1 | has an option queue",
                "memif:/tmp/a,ip=10.0.0.0/24             | is the network itself",
                "memif:/tmp/a,ip=10.0.0.255/24           | broadcast address",
                "memif:/tmp/a,ip=10.0.0.1/24,gw=10.0.1.1 | outside the interface's network 10.0.0.0/24",
                "memif:/tmp/a,ip=10.0.0.1/24,gw=10.0.0.1 | own address",
                "memif:/tmp/a,ip=10.0.0.1/24,gw=router   | the address of a router",
                "memif:/tmp/a,ip=10.0.0.1/24,checksum=no,corrupt=0.1 | damaged data",
            })
    void whatCannotWorkIsSaidInASentence(String spec, String sentence) {
        assertThatThrownBy(() -> check(spec))
                .isInstanceOfSatisfying(
                        Refusal.class,
                        refusal -> assertThat(refusal.exitCode()).isEqualTo(Refusal.WRONG_USE))
                .hasMessageContaining(sentence)
                .message()
                .endsWith(".")
                .hasLineCount(1);
    }

    @Test
    void aBusySocketIsTold() throws IOException {
        Path socket = folder.resolve("a.sock");
        write(
                "proc/net/unix",
                "0000000000000000: 00000002 00000000 00010000 0005 01 4711 " + socket + "\n");

        assertThatThrownBy(() -> check("memif:" + socket + ",role=server,ip=10.0.0.1/24"))
                .hasMessageContaining("Another process listens");
        assertThatCode(() -> check("memif:" + socket + ",role=client,ip=10.0.0.1/24"))
                .doesNotThrowAnyException();
    }

    @Test
    void aWrongOptionIsToldBeforeABusySocket() throws IOException {
        Path socket = folder.resolve("a.sock");
        write(
                "proc/net/unix",
                "0000000000000000: 00000002 00000000 00010000 0005 01 4711 " + socket + "\n");

        assertThatThrownBy(() -> check("memif:" + socket + ",role=server,ip=10.0.0.1/24,rnig=10"))
                .hasMessageContaining("rnig");
    }

    @Test
    void addressesOfANetworkOfTwoAndOfOneAreTaken() {
        assertThatCode(() -> check("tap:rr0,ip=10.0.0.0/31,gw=10.0.0.1", "tap:rr1,ip=10.0.1.0/32"))
                .doesNotThrowAnyException();
    }

    @Test
    void aPathThatTheKernelCannotTakeIsTold() {
        assertThatThrownBy(
                        () -> check("memif:" + folder + "/" + "x".repeat(108) + ",ip=10.0.0.1/24"))
                .hasMessageContaining("107 bytes");
    }

    @Test
    void aFileInTheSocketsPlaceIsTold() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");

        assertThatThrownBy(() -> check("memif:" + file + ",role=server,ip=10.0.0.1/24"))
                .hasMessageContaining("not a socket");
    }

    @Test
    void missingRightsForATapAreTold() throws IOException {
        write("proc/self/status", NO_CAPABILITIES);

        assertThatThrownBy(() -> check("tap:rr0,ip=10.0.0.1/24"))
                .hasMessageContaining("CAP_NET_ADMIN");

        write("sys/class/net/rr0/tun_flags", "0x1002");
        assertThatCode(() -> check("tap:rr0,ip=10.0.0.1/24")).doesNotThrowAnyException();
    }

    @Test
    void anInterfaceThatIsNoTapIsTold() throws IOException {
        write("sys/class/net/eth0/mtu", "1500");

        assertThatThrownBy(() -> check("tap:eth0,ip=10.0.0.1/24")).hasMessageContaining("no TAP");
    }

    @Test
    void anInterfaceThatIsNotThereIsTold() throws IOException {
        assertThatThrownBy(() -> check("afpacket:eth0,ip=10.0.0.1/24"))
                .hasMessageContaining("There is no interface eth0");
        assertThatCode(() -> check("afpacket:eth0,netns=other,ip=10.0.0.1/24"))
                .doesNotThrowAnyException();

        write("sys/class/net/eth0/mtu", "1500");
        assertThatCode(() -> check("afpacket:eth0,ip=10.0.0.1/24")).doesNotThrowAnyException();

        write("proc/self/status", NO_CAPABILITIES);
        assertThatThrownBy(() -> check("afpacket:eth0,ip=10.0.0.1/24"))
                .hasMessageContaining("CAP_NET_RAW");
        assertThatThrownBy(() -> check("afxdp:eth0,ip=10.0.0.1/24"))
                .hasMessageContaining("CAP_NET_ADMIN");
    }

    @Test
    void theSameCaptureTwiceIsTold() {
        assertThatThrownBy(
                        () ->
                                check(
                                        "tap:rr0,ip=10.0.0.1/24,capture=/tmp/c",
                                        "tap:rr1,ip=10.0.1.1/24,capture=/tmp/../tmp/c"))
                .hasMessageContaining("Two --net capture");
    }

    @Test
    void theSameDeviceTwiceIsTold() {
        assertThatThrownBy(() -> check("tap:rr0,ip=10.0.0.1/24", "tap:rr0,ip=10.0.1.1/24"))
                .hasMessageContaining("Two --net");
    }
}
