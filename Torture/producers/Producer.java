// Drops each file of STAGE into INCOMING by METHOD. With DONE, waits for each job's end. Status 1 if a call failed.
// usage: java Producer.java METHOD STAGE INCOMING [DONE]

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Collectors;

public class Producer {
    static void drop(String method, Path source, Path target) throws IOException {
        switch (method) {
            case "Files.copy": Files.copy(source, target); break;
            case "Files.copy with attributes": Files.copy(source, target, StandardCopyOption.COPY_ATTRIBUTES); break;
            case "Files.move":
            case "Files.move from elsewhere": Files.move(source, target); break;
            case "writeString and setPosixFilePermissions":
                Files.writeString(target, Files.readString(source));
                Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rw-r-----"));
                break;
            default: throw new IllegalArgumentException("no method " + method);
        }
    }

    public static void main(String[] arguments) throws Exception {
        Path incoming = Path.of(arguments[2]);
        Path done = arguments.length > 3 ? Path.of(arguments[3]) : null;
        List<Path> sources;
        try (var files = Files.list(Path.of(arguments[1]))) {
            sources = files.sorted().collect(Collectors.toList());
        }
        int failed = 0;
        for (Path source : sources) {
            Path name = source.getFileName();
            try {
                drop(arguments[0], source, incoming.resolve(name));
            } catch (IOException error) {
                failed = 1;
                System.err.println("failed: " + name + ": " + error);
            }
            for (int tries = 0; done != null && !Files.exists(done.resolve(name)) && tries < 10_000; tries++) {
                Thread.sleep(1);
            }
        }
        System.exit(failed);
    }
}
