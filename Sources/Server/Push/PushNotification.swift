import JSON
import MatrixAPI
import Store

/// What a push gateway is told.
///
/// Source: Push Gateway API, `POST /_matrix/push/v1/notify`.
enum PushNotification {
    /// - Parameters:
    ///   - event: nil to tell only how much is unread.
    ///   - room: the event's.
    static func body(
        to pusher: StoredPusher, of event: Event?, in room: RoomSnapshot?, actions: PushActions, unread: Int
    ) -> [UInt8] {
        let data = (try? JSONValue.stored(pusher.data)) ?? .emptyObject
        return JSONWriter.object { body in
            body.object("notification") { notification in
                if let event, let room {
                    notification.member("event_id", event.eventID.string)
                    notification.member("room_id", event.roomID.string)
                    if data["format"]?.string != "event_id_only" {
                        write(event, room, pusher.user, actions, to: &notification)
                    }
                }
                notification.object("counts") { $0.member("unread", unread) }
                notification.array("devices") { devices in
                    devices.object { write(pusher, data, event == nil ? .none : actions, to: &$0) }
                }
            }
        }
    }

    private static func write(
        _ event: Event, _ room: RoomSnapshot, _ user: UserID, _ actions: PushActions, to body: inout JSONWriter
    ) {
        body.member("type", event.type)
        body.member("sender", event.sender.string)
        body.memberIfPresent("sender_display_name", room.members[event.sender]?.content["displayname"]?.string)
        body.memberIfPresent("room_name", room.text("m.room.name", "name"))
        body.memberIfPresent("room_alias", room.text("m.room.canonical_alias", "alias"))
        if event.type == "m.room.member" { body.member("user_is_target", event.stateKey == user.string) }
        body.member("prio", actions.highlight || actions.sound != nil ? "high" : "low")
        body.member("content", RawJSON(Array(event.contentBytes)))
    }

    private static func write(
        _ pusher: StoredPusher, _ data: JSONValue, _ actions: PushActions, to device: inout JSONWriter
    ) {
        device.member("app_id", pusher.appID)
        device.member("pushkey", pusher.pushkey)
        device.member("pushkey_ts", pusher.created / 1000)
        device.object("data") { object in
            guard let members = data.object else { return }
            for (name, value) in members where name != "url" { object.member(name, value) }
        }
        device.member("tweaks", RawJSON(actions.tweaks))
    }

    /// The keys that the gateway says are none of anybody's any more.
    static func rejected(_ answer: [UInt8]) -> [String] {
        guard let value = try? JSONValue.parse(answer), let list = value["rejected"]?.array else { return [] }
        return list.compactMap(\.string)
    }
}
