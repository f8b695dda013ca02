package dev.ringroad.core.linux;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.lang.reflect.Field;

class SystemCallExceptionTest {
    @Test
    void namesCallReasonAndRemedy() {
        SystemCallException e =
                new SystemCallException("mmap(4096 bytes)", Errno.ENOMEM, "buy some");
        assertThat(e)
                .hasMessage(
                        "mmap(4096 bytes) failed: ENOMEM (12), out of memory. Remedy: buy some.");
        assertThat(e.call()).isEqualTo("mmap(4096 bytes)");
        assertThat(e.errno()).isEqualTo(Errno.ENOMEM);
        assertThat(e.remedy()).isEqualTo("buy some");
    }

    @Test
    void takesWhatUsuallyHelpsWhenNothingBetterIsKnown() {
        assertThat(new SystemCallException("x()", Errno.EMFILE, "").getMessage())
                .endsWith("(ulimit -n).");
        assertThat(new SystemCallException("x()", 9999, ""))
                .hasMessage("x() failed: errno 9999, unnamed error.");
    }

    @Test
    void everyNumberHasItsNameAndItsWords() throws Exception {
        for (Field field : Errno.class.getFields()) {
            int errno = field.getInt(null);
            assertThat(Errno.nameOf(errno)).isEqualTo(field.getName());
            assertThat(Errno.describe(errno)).isNotEqualTo(Errno.describe(9999));
        }
    }
}
