package dev.ringroad.core.linux;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/** Why a file cannot be used, in words: the JDK says some of it by an exception's class alone. */
public final class FileTrouble {

    private FileTrouble() {}

    /** The reason, without the file's name and without a full stop. */
    public static String words(IOException e) {
        return switch (e) {
            case NoSuchFileException _ -> "there is no such file or folder";
            case AccessDeniedException _ -> "this user has no right to it";
            case FileAlreadyExistsException _ -> "it is there already";
            case NotDirectoryException _ -> "it is no folder";
            case FileSystemException said when said.getReason() != null -> bare(said.getReason());
            case FileSystemException _ -> "the kernel gives no reason";
            default -> e.getMessage() == null ? "the kernel gives no reason" : bare(e.getMessage());
        };
    }

    private static String bare(String sentence) {
        return sentence.endsWith(".") ? sentence.substring(0, sentence.length() - 1) : sentence;
    }
}
