int main () {
    var json = """{"type":"event","method":"values","params":{"namespace":[],"timestamp":1,"data":{"n":3}}}""";

    try {
        var event = new Gstream.Event.from_json (json);

        print ("%s %" + int64.FORMAT + "\n", event.get_method (), event.get_data ().get_integer ("/n"));
    } catch (Error e) {
        error ("%s", e.message);
    }
    return 0;
}
