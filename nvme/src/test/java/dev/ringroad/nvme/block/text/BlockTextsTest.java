package dev.ringroad.nvme.block.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringroad.nvme.block.BlockDevice;
import dev.ringroad.nvme.block.BlockOperation;
import dev.ringroad.nvme.block.NullDevice;
import dev.ringroad.nvme.block.OwningDevice;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

class BlockTextsTest {
    private final List<String> closed = new ArrayList<>();

    /** With a kind that takes any address, and tells when it is closed. */
    private final BlockTexts texts =
            BlockTexts.modules()
                    .with(
                            BlockKind.of(
                                    "any",
                                    "any:TEXT",
                                    "anything",
                                    BlockKind.Below.NONE,
                                    Set.of("size"),
                                    (spec, _) -> any(spec.address())));

    private BlockDevice any(String address) throws IOException {
        if (address.equals("missing")) {
            throw new IOException("There is none");
        }
        BlockDevice device = new NullDevice(address, 512, 1000);
        Closeable told = () -> closed.add(address);
        return new OwningDevice(device, List.of(new ClosingDevice(told)));
    }

    /** Only to be closed. */
    private static final class ClosingDevice extends ForwardingDevice {
        private final Closeable told;

        ClosingDevice(Closeable told) {
            this.told = told;
        }

        @Override
        public void close() throws IOException {
            told.close();
        }
    }

    @Test
    void opensDevicesByThemselves() throws IOException {
        try (BlockDevice device = texts.open("memory:1m,block=4k")) {
            assertThat(device.geometry().blocks()).isEqualTo(256);
            assertThat(device.geometry().blockBytes()).isEqualTo(4096);
        }
        try (BlockDevice device = texts.open("null:1t")) {
            assertThat(device.geometry().byteSize()).isEqualTo(1L << 40);
        }
    }

    @Test
    void opensWhatIsMadeOfOthersAndClosesAll() throws IOException {
        try (BlockDevice device =
                texts.open("readonly@stripe:64k(any:a,size=1,delay:1ms@any:b,concat(any:c))")) {
            assertThat(device.operations()).doesNotContain(BlockOperation.WRITE);
        }
        assertThat(closed).containsExactlyInAnyOrder("a", "b", "c");
    }

    @Test
    void closesWhatItHasOpenedWhenTheRestFails() {
        assertThatThrownBy(() -> texts.open("concat(any:a,any:b,any:missing)"))
                .isInstanceOf(IOException.class)
                .hasMessage("There is none");
        assertThat(closed).containsExactlyInAnyOrder("a", "b");
        assertThatThrownBy(() -> texts.open("stripe:700(any:d)"))
                .isInstanceOf(BlockTextException.class)
                .hasMessageContaining("multiple");
        assertThat(closed).contains("d");
    }

    @Test
    void takesAddressesAsTheyAre() {
        assertThat(texts.parse("any:/a b@c(d)=e:f").address()).isEqualTo("/a b@c(d)=e:f");
        assertThat(texts.parse("any:a\\,b\\\\c").address()).isEqualTo("a,b\\c");
        BlockSpec list = texts.parse("concat(any:a\\)b,size=1,any:c@d)");
        assertThat(list.below()).extracting(BlockSpec::address).containsExactly("a)b", "c@d");
        assertThat(list.below().getFirst().options()).containsEntry("size", "1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":",
                "@",
                "(",
                "frob:1",
                "Memory:1m",
                "memory",
                "memory:",
                "memory:0",
                "memory:-1",
                "memory:1x",
                "memory:9999999999t",
                "memory:1m,block=",
                "memory:1m,block=0",
                "memory:1m,block=700",
                "memory:1m,block=4k,block=4k",
                "memory:1m,size=4k",
                "memory:1m,",
                "memory:1m)",
                "memory:1m,block=8g",
                "stripe:64k",
                "stripe:64k()",
                "stripe:64k(memory:1m",
                "stripe:64k(memory:1m,)",
                "stripe:64k(memory:1m))",
                "stripe(memory:1m)",
                "delay@memory:1m",
                "delay:1@memory:1m",
                "delay:1ms(memory:1m,memory:1m)",
                "limit,requests=x@memory:1m",
                "fault:frob@memory:1m",
                "fault@memory:1m",
                "fault:ok@memory:1m",
                "fault:gone,one-in=0@memory:1m",
                "slice,from=2m@memory:1m",
                "slice,from=100@memory:1m",
                "mirror,stale=2(memory:1m,memory:1m)",
            })
    void saysWhatIsWrong(String text) {
        assertThatThrownBy(() -> texts.open(text).close())
                .isInstanceOf(BlockTextException.class)
                .message()
                .hasSizeGreaterThan(15);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "memory:1g,block=8388607t",
                "stripe:8388607t(memory:1m,memory:1m)",
            })
    void saysThatANumberIsTooLarge(String text) {
        assertThatThrownBy(() -> texts.open(text).close())
                .isInstanceOf(BlockTextException.class)
                .hasMessageEndingWith("a number is larger than a device can have");
    }

    @Test
    void aCommaInANameIsToldHowItIsWritten() throws IOException {
        assertThatThrownBy(() -> texts.open("any:with,comma").close())
                .isInstanceOf(BlockTextException.class)
                .hasMessageContaining("backslash");
        try (BlockDevice device = texts.open("any:with\\,comma")) {
            assertThat(device.name()).isEqualTo("with,comma");
        }
    }

    @Test
    void endsBeforeItIsTooDeep() {
        String deep = "readonly@".repeat(1000) + "memory:1m";
        assertThatThrownBy(() -> texts.parse(deep))
                .isInstanceOf(BlockTextException.class)
                .hasMessageContaining("16 deep");
    }

    @Test
    void findsNoTableWhereThereIsNone() {
        assertThatThrownBy(() -> texts.open("partition:1@memory:1m"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no partition table");
    }

    @Test
    void refusesAKindOfAnotherOnesName() {
        BlockKind first = texts.kinds().getFirst();
        assertThatThrownBy(() -> texts.with(first)).isInstanceOf(IllegalArgumentException.class);
    }
}
