// A program for the vendor's Java client. Run with a URL and a token, it prints one JSON document.
//
// A step that fails is shown as the class of its exception, since the client has one for each
// refusal that it knows.

import com.dtsx.astra.sdk.AstraOpsClient;
import com.dtsx.astra.sdk.db.DbOpsClient;
import com.dtsx.astra.sdk.db.domain.AccessListAddressRequest;
import com.dtsx.astra.sdk.db.domain.CloudProviderType;
import com.dtsx.astra.sdk.db.domain.Database;
import com.dtsx.astra.sdk.db.domain.DatabaseCreationRequest;
import com.dtsx.astra.sdk.db.domain.DatabaseFilter;
import com.dtsx.astra.sdk.db.domain.DatabaseStatusType;
import com.dtsx.astra.sdk.db.domain.FilterByOrgType;
import com.dtsx.astra.sdk.db.domain.RegionType;
import com.dtsx.astra.sdk.db.domain.telemetry.KafkaTelemetryRequest;
import com.dtsx.astra.sdk.org.domain.DefaultRoles;
import com.dtsx.astra.sdk.org.domain.Permission;
import com.dtsx.astra.sdk.org.domain.Role;
import com.dtsx.astra.sdk.org.domain.RoleDefinition;
import com.dtsx.astra.sdk.utils.AstraEnvironment;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;

public class AstraProgram {
    static final String UNKNOWN = "11111111-2222-4333-8444-555555555555";
    static final Map<String, Object> SEEN = new LinkedHashMap<>();

    interface Step {
        void run() throws Exception;
    }

    static void saw(String name, Callable<Object> step) {
        SEEN.put(name, result(step));
    }

    static Object result(Callable<Object> step) {
        try {
            return step.call();
        } catch (Throwable problem) {
            String message = System.getenv("VERBOSE") == null ? "" : " " + problem.getMessage();
            return problem.getClass().getSimpleName() + message;
        }
    }

    static Object did(Step step) {
        return result(() -> {
            step.run();
            return "done";
        });
    }

    static DbOpsClient settled(DbOpsClient database) throws Exception {
        return settled(database, DatabaseStatusType.ACTIVE);
    }

    static DbOpsClient settled(DbOpsClient database, DatabaseStatusType status) throws Exception {
        while (database.get().getStatus() != status) {
            Thread.sleep(5);
        }
        return database;
    }

    static List<Object> list(Object... items) {
        return new ArrayList<>(List.of(items));
    }

    public static void main(String[] arguments) throws Exception {
        // The client has no option for the address of the API.
        var endpoint = AstraEnvironment.class.getDeclaredField("endpoint");
        endpoint.setAccessible(true);
        endpoint.set(AstraEnvironment.PROD, arguments[0] + "/v2");
        AstraOpsClient astra = new AstraOpsClient(arguments[1]);
        saw("organization", () -> astra.getOrganizationId().equals(astra.getOrganization().getId()));
        regions(astra);
        databases(astra);
        access(astra);
        saw("keys", () -> astra.keys().findAll().count());
        saw("refused", () -> refusals(astra, new AstraOpsClient("AstraCS:" + "a".repeat(24) + ":" + "0".repeat(64))));
        System.out.println(new ObjectMapper().writeValueAsString(SEEN));
    }

    static void regions(AstraOpsClient astra) {
        saw("regions", () -> new TreeSet<>(astra.db().regions().findAllAsMap().keySet()).contains("C10"));
        saw("serverless regions", () -> astra.db().regions().findAllServerless(RegionType.VECTOR, FilterByOrgType.ENABLED)
                .anyMatch(region -> region.getName().equals("us-east-2")));
    }

    static void databases(AstraOpsClient astra) throws Exception {
        String id = astra.db().create(DatabaseCreationRequest.builder().name("orders").keyspace("shop")
                .cloudProvider(CloudProviderType.AWS).cloudRegion("us-east-2").withVector().build());
        DbOpsClient database = settled(astra.db().database(id));
        saw("created", () -> {
            Database found = database.get();
            return list(found.getInfo().getName(), found.getStatus(), found.getInfo().getDbType(), found.getInfo().getTier(),
                    found.getInfo().getDatacenters().size(), database.exist(), database.isActive());
        });
        saw("found", () -> list(astra.db().findFirstByName("orders").get().getId().equals(id),
                astra.db().findById(id).isPresent(), astra.db().findAllNonTerminated().count(),
                astra.db().search(DatabaseFilter.builder().include(DatabaseFilter.Include.TERMINATED).build()).count(),
                astra.db().databaseByName("orders").getDatabaseId().equals(id)));
        saw("keyspaces", () -> {
            var seen = list(did(() -> database.keyspaces().create("second")));
            settled(database);
            seen.add(new TreeSet<>(database.keyspaces().findAll()));
            seen.add(database.keyspaces().exist("second"));
            seen.add(did(() -> astra.db().database(id).keyspaces().create("second")));
            seen.add(did(() -> astra.db().database(id).keyspaces().delete("second")));
            settled(database);
            seen.add(did(() -> astra.db().database(id).keyspaces().delete("missing")));
            seen.add(new TreeSet<>(database.keyspaces().findAll()));
            return seen;
        });
        saw("datacenters", () -> {
            var seen = list(did(() -> database.datacenters().create("serverless", CloudProviderType.AWS, "us-west-2")));
            settled(database);
            seen.add(database.datacenters().findAll().map(found -> found.getRegion()).sorted().toList());
            seen.add(astra.db().database(id).datacenters().exist("us-west-2"));
            seen.add(did(() -> astra.db().database(id).datacenters().delete("us-west-2")));
            settled(database);
            seen.add(database.datacenters().findByRegionName("us-west-2").isPresent());
            return seen;
        });
        saw("bundles", () -> {
            Path directory = Files.createTempDirectory("bundles");
            var seen = list(database.downloadDefaultSecureConnectBundle().length > 0, database.downloadSecureConnectBundle("us-east-2").length > 0);
            seen.add(did(() -> database.downloadAllSecureConnectBundles(directory.toString())));
            try (var files = Files.list(directory)) {
                seen.add(files.count());
            }
            return seen;
        });
        saw("telemetry", () -> {
            var request = new KafkaTelemetryRequest(Set.of("kafka.example.com:9092"), "metrics", "PLAIN", "me", "secret99", "SASL_SSL");
            var seen = list(did(() -> database.telemetry().kafka().setup(request)));
            seen.add(database.telemetry().find().getCode());
            return seen;
        });
        saw("changes", () -> list(database.cdc().findAll().count(), database.cdc().findById("missing").isPresent()));
        classic(astra);
        saw("deleted", () -> {
            var seen = list(did(database::delete));
            settled(database, DatabaseStatusType.TERMINATED);
            seen.add(database.exist());
            seen.add(astra.db().findFirstByName("orders").isPresent());
            seen.add(did(() -> astra.db().database(id).delete()));
            return seen;
        });
    }

    static void classic(AstraOpsClient astra) {
        saw("classic", () -> {
            String id = astra.db().create(DatabaseCreationRequest.builder().name("billing").keyspace("shop").tier("C10")
                    .cloudProvider(CloudProviderType.GCP).cloudRegion("us-east1").build());
            DbOpsClient database = settled(astra.db().database(id));
            var seen = list(did(database::park));
            seen.add(settled(database, DatabaseStatusType.PARKED).get().getStatus());
            seen.add(did(database::unpark));
            settled(database);
            seen.add(did(() -> database.resize(2)));
            seen.add(settled(database).get().getInfo().getCapacityUnits());
            seen.add(did(() -> database.resetPassword("me", "secret98")));
            return seen;
        });
        saw("access lists", () -> {
            DbOpsClient database = astra.db().databaseByName("billing");
            var lists = database.accessLists();
            var seen = list(did(() -> lists.addAddress(new AccessListAddressRequest("10.0.0.1", "home"))));
            while (lists.get().getAddresses().isEmpty()) {
                Thread.sleep(5);
            }
            seen.add(lists.get().getAddresses().get(0).getAddress());
            seen.add(did(() -> lists.replaceAddresses(new AccessListAddressRequest("192.168.0.0/16", "work"))));
            seen.add(did(() -> lists.update(new AccessListAddressRequest("192.168.0.0/16", "office"))));
            seen.add(astra.db().findAllAccessLists().anyMatch(found -> found.getDatabaseId().equals(database.getDatabaseId())));
            seen.add(did(lists::delete));
            seen.add(did(database::delete));
            return seen;
        });
    }

    static void access(AstraOpsClient astra) {
        saw("roles", () -> {
            RoleDefinition definition = RoleDefinition.builder(astra.getOrganizationId()).name("reader")
                    .description("reads").addPermision(Permission.org_db_terminate).addResourceAllDatabases().build();
            String id = astra.roles().create(definition).getRoleId();
            Role role = astra.roles().get(id);
            var seen = list(role.getName(), role.getPolicy().getActions(), astra.roles().exist(id),
                    astra.roles().findByName("reader").isPresent(), astra.roles().find(DefaultRoles.DATABASE_ADMINISTRATOR).isPresent());
            seen.add(did(() -> astra.roles().update(id, definition)));
            seen.add(did(() -> astra.roles().delete(id)));
            seen.add(astra.roles().exist(id));
            return seen;
        });
        saw("users", () -> {
            String role = astra.roles().find(DefaultRoles.DATABASE_ADMINISTRATOR).get().getId();
            var seen = list(did(() -> astra.users().invite("new@example.com", role)));
            var user = astra.users().findByEmail("new@example.com").get();
            seen.add(user.getStatus());
            seen.add(astra.users().exist(user.getUserId()));
            seen.add(did(() -> astra.users().updateRoles(user.getUserId(), role)));
            seen.add(did(() -> astra.users().deleteByEmail("new@example.com")));
            seen.add(astra.users().existByEmail("new@example.com"));
            return seen;
        });
        saw("tokens", () -> {
            var made = astra.tokens().create(DefaultRoles.DATABASE_ADMINISTRATOR);
            var seen = list(made.getToken().startsWith("AstraCS:"), astra.tokens().exist(made.getClientId()),
                    new AstraOpsClient(made.getToken()).getOrganizationId().equals(astra.getOrganizationId()));
            seen.add(did(() -> astra.tokens().delete(made.getClientId())));
            seen.add(astra.tokens().findById(made.getClientId()).isPresent());
            return seen;
        });
    }

    static Map<String, Object> refusals(AstraOpsClient astra, AstraOpsClient stranger) {
        Map<String, Object> seen = new LinkedHashMap<>();
        seen.put("unknown id", result(() -> astra.db().findById(UNKNOWN).isPresent()));
        seen.put("deleting an unknown id", did(() -> astra.db().database(UNKNOWN).delete()));
        seen.put("wrong token", result(stranger::getOrganizationId));
        seen.put("no such region", result(() -> astra.db().create(DatabaseCreationRequest.builder().name("orders").keyspace("shop")
                .cloudProvider(CloudProviderType.AWS).cloudRegion("nowhere-1").build())));
        seen.put("unknown role", result(() -> astra.roles().find(UNKNOWN).isPresent()));
        seen.put("unknown user", did(() -> astra.users().delete(UNKNOWN)));
        return seen;
    }
}
