package dev.ringroad.stack.route;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringroad.stack.ip.IpPrefix;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Arrays;
import java.util.List;

class RoutingPlanTest {

    private static RoutingPlan plan(String addresses, String routes) {
        List<IpPrefix> own = Arrays.stream(addresses.split(" ")).map(IpPrefix::parse).toList();
        List<StaticRoute> ways =
                routes.isEmpty()
                        ? List.of()
                        : Arrays.stream(routes.split(" ")).map(StaticRoute::parse).toList();
        return RoutingPlan.of(own, ways);
    }

    @ParameterizedTest
    @CsvSource({
        "10.1.0.1/24,''",
        "10.1.0.1/24 10.2.0.1/24,10.3.0.0/16=10.2.0.7 default=10.1.0.254",
        "10.1.0.0/31 10.1.0.2/31,10.9.0.0/16=10.1.0.1",
        "10.1.0.1/32 10.2.0.1/24,10.1.0.0/24=10.2.0.9",
        "10.0.0.1/8 10.1.0.1/16,10.1.2.0/24=10.1.0.2",
        "10.1.0.1/24,0.0.0.0/1=10.1.0.2 128.0.0.0/1=10.1.0.2"
    })
    void takesWhatCanBe(String addresses, String routes) {
        assertThatCode(() -> plan(addresses, routes)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource({
        "10.1.0.1/24 10.1.0.2/24,'',There are two ways to 10.1.0.0/24",
        "10.1.0.1/24 10.1.0.1/16,'',There are two ways to 10.1.0.1/32",
        "10.1.0.1/24,10.3.0.0/16=10.1.0.2 10.3.0.0/16=10.1.0.3,There are two ways to 10.3.0.0/16",
        "10.1.0.1/24,10.1.0.0/24=10.1.0.2,There are two ways to 10.1.0.0/24",
        "10.1.0.1/24,10.3.0.0/16=10.2.0.7,is on no port's network; there are 10.1.0.0/24 on port 0.",
        "10.1.0.1/24,10.3.0.0/16=10.1.0.1,is this router itself",
        "10.1.0.1/24,10.3.0.0/16=10.1.0.255,stands for all hosts of its network",
        "10.1.0.0/24,'',stands for all hosts of its network",
        "127.0.0.1/8,'',cannot be a port's address",
        "224.0.0.1/4,'',cannot be a port's address",
        "fd00::1/64,'',cannot be a port's address",
        "10.1.0.1/24,127.1.0.0/16=10.1.0.2,There can be no route to 127.1.0.0/16",
        "10.1.0.1/24,224.0.0.0/3=10.1.0.2,There can be no route to 224.0.0.0/3"
    })
    void saysWhatCannotBe(String addresses, String routes, String sentence) {
        assertThatThrownBy(() -> plan(addresses, routes))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(sentence);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "10.3.0.0/16",
                "10.3.0.1/16=10.2.0.7",
                "10.3.0.0/33=10.2.0.7",
                "fd00::/8=fd00::1",
                "x=y"
            })
    void refusesWhatIsNoRoute(String text) {
        assertThatThrownBy(() -> StaticRoute.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageEndingWith(".");
    }

    @Test
    void hasAtLeastOnePort() {
        assertThatThrownBy(() -> RoutingPlan.of(List.of(), List.of()))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
