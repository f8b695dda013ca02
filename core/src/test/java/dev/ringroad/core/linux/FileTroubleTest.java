package dev.ringroad.core.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;

class FileTroubleTest {

    @TempDir private Path folder;

    @Test
    void saysInWordsWhatTheJdkSaysByAClass() {
        assertThat(words(() -> Files.readString(folder.resolve("none"))))
                .isEqualTo("there is no such file or folder");
        assertThat(words(() -> Files.createDirectory(folder))).isEqualTo("it is there already");
        assertThat(FileTrouble.words(new AccessDeniedException("/x")))
                .isEqualTo("this user has no right to it");
        assertThat(FileTrouble.words(new FileSystemException("/x"))).doesNotContain("/x");
        assertThat(FileTrouble.words(new IOException())).isNotBlank().doesNotContain("null");
    }

    @Test
    void keepsTheKernelsReasonWithoutItsFullStop() {
        assertThat(words(() -> Files.readString(folder))).isEqualTo("Is a directory");
        assertThat(FileTrouble.words(new IOException("It is cut."))).isEqualTo("It is cut");
    }

    private static String words(ThrowingCallable call) {
        return FileTrouble.words(catchThrowableOfType(IOException.class, call));
    }
}
