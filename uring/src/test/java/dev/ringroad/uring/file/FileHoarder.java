package dev.ringroad.uring.file;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/** A program that opens a file until it may not, and once more when it has closed some. */
final class FileHoarder {
    private FileHoarder() {}

    public static void main(String[] args) throws IOException {
        Path path = Path.of(args[0]);
        try (UringFiles files = UringFiles.start(FilesConfig.usual())) {
            refuseOnce(files, path);
            List<UringFile> open = new ArrayList<>();
            try {
                while (true) {
                    open.add(files.open(path));
                }
            } catch (IOException e) {
                for (UringFile file : open) {
                    file.close();
                }
                System.out.println(e.getMessage());
            }
            files.open(path).close();
            System.out.println("and again");
        }
    }

    /** Has the classes loaded that tell of a refusal: they come out of files too. */
    private static void refuseOnce(UringFiles files, Path path) throws IOException {
        try {
            files.open(path.getParent(), StandardOpenOption.WRITE).close();
        } catch (FileSystemException e) {
            System.out.println(e.getMessage());
        }
    }
}
