package unmodified;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

/**
 * The JDK's HttpClient posting bodies to a server that answers with them, some one after the other,
 * some at once, and checking every byte: {@code HttpPosts URL REQUESTS BYTES}.
 */
public final class HttpPosts {
    private static final int AT_ONCE = 8;

    private HttpPosts() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        URI uri = URI.create(args[0]);
        int requests = Integer.parseInt(args[1]);
        int bodyBytes = Integer.parseInt(args[2]);
        Random random = new Random(requests);
        try (HttpClient client =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .connectTimeout(Duration.ofSeconds(10))
                        .build()) {
            for (int i = 0; i < requests; i++) {
                byte[] body = randomBody(random, bodyBytes);
                check(body, client.send(post(uri, body), HttpResponse.BodyHandlers.ofByteArray()));
            }
            List<CompletableFuture<Void>> underWay = new ArrayList<>();
            for (int i = 0; i < AT_ONCE; i++) {
                byte[] body = randomBody(random, bodyBytes);
                underWay.add(
                        client.sendAsync(post(uri, body), HttpResponse.BodyHandlers.ofByteArray())
                                .thenAccept(response -> check(body, response)));
            }
            underWay.forEach(CompletableFuture::join);
        }
        System.out.println("DONE " + (requests + AT_ONCE));
    }

    private static byte[] randomBody(Random random, int bytes) {
        byte[] body = new byte[1 + random.nextInt(bytes)];
        random.nextBytes(body);
        return body;
    }

    private static HttpRequest post(URI uri, byte[] body) {
        return HttpRequest.newBuilder(uri)
                .timeout(Duration.ofSeconds(30))
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .build();
    }

    private static void check(byte[] sent, HttpResponse<byte[]> response) {
        if (response.statusCode() != 200 || !Arrays.equals(sent, response.body())) {
            throw new IllegalStateException(
                    "status "
                            + response.statusCode()
                            + ", "
                            + response.body().length
                            + " bytes for "
                            + sent.length);
        }
    }
}
