import Foundation

/// Pictures of 13 rows and 17 columns with R = 15x, G = 19y, B = 8(x + y), written by Pillow: JPEG of quality 90 (CMYK: 95), a PNG with a palette of 16
/// colours, and a grey PNG of 16 bits with 257 times the red.
enum ImageFixtures {
    static func bytes(_ base64: String) -> [UInt8] { [UInt8](Data(base64Encoded: base64) ?? Data()) }

    static func red(_ y: Int, _ x: Int) -> UInt8 { UInt8(15 * x) }

    /// All of the picture, row after row.
    static let pixels: [UInt8] = (0..<13).flatMap { y in (0..<17).flatMap { x in [red(y, x), UInt8(19 * y), UInt8(8 * (x + y))] } }

    static let rgbJPEG = """
        /9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAMCAgMCAgMDAwMEAwMEBQgFBQQEBQoHBwYIDAoMDAsKCwsNDhIQDQ4RDgsLEBYQERMUFRUVDA8XGBYUGBIUFRT/2wBDAQMEBA\
        UEBQkFBQkUDQsNFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBT/wAARCAANABEDASIAAhEBAxEB/8QAHwAAAQUBAQEBAQEAAAAA\
        AAAAAAECAwQFBgcICQoL/8QAtRAAAgEDAwIEAwUFBAQAAAF9AQIDAAQRBRIhMUEGE1FhByJxFDKBkaEII0KxwRVS0fAkM2JyggkKFhcYGRolJicoKSo0NTY3ODk6Q0RFRk\
        dISUpTVFVWV1hZWmNkZWZnaGlqc3R1dnd4eXqDhIWGh4iJipKTlJWWl5iZmqKjpKWmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uHi4+Tl5ufo6erx8vP09fb3\
        +Pn6/8QAHwEAAwEBAQEBAQEBAQAAAAAAAAECAwQFBgcICQoL/8QAtREAAgECBAQDBAcFBAQAAQJ3AAECAxEEBSExBhJBUQdhcRMiMoEIFEKRobHBCSMzUvAVYnLRChYkNO\
        El8RcYGRomJygpKjU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVmZ2hpanN0dXZ3eHl6goOEhYaHiImKkpOUlZaXmJmaoqOkpaanqKmqsrO0tba3uLm6wsPExcbHyMnK0tPU\
        1dbX2Nna4uPk5ebn6Onq8vP09fb3+Pn6/9oADAMBAAIRAxEAPwD5N8HfBH/V/wCj/pXufg74I/c/0f8ASvdvB3w9035OP/Ha9z8HfD3Tfk4/8drhwOZy0PF4B8Rq3uas+V\
        /+FIf9MP0or7p/4V7pvp/47RX0P9pyP6b/AOIjVu7P/9k=
        """
    static let progressiveJPEG = """
        /9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAMCAgMCAgMDAwMEAwMEBQgFBQQEBQoHBwYIDAoMDAsKCwsNDhIQDQ4RDgsLEBYQERMUFRUVDA8XGBYUGBIUFRT/2wBDAQMEBA\
        UEBQkFBQkUDQsNFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBT/wgARCAANABEDASIAAhEBAxEB/8QAFgABAQEAAAAAAAAAAAAA\
        AAAABgcA/8QAFwEAAwEAAAAAAAAAAAAAAAAAAwQFB//aAAwDAQACEAMQAAABkzl26AlK9dNQ03//xAAYEAADAQEAAAAAAAAAAAAAAAAABAUDFf/aAAgBAQABBQJOIJxDiC\
        c/MTn5nPzP/8QAGREAAgMBAAAAAAAAAAAAAAAAAAIFBhYh/9oACAEDAQE/AYCxvw0bn//EABgRAAIDAAAAAAAAAAAAAAAAAAABAwQU/9oACAECAQE/AYLLNLP/xAAZEAAB\
        BQAAAAAAAAAAAAAAAAAAASAiMTL/2gAIAQEABj8CSJkpn//EABoQAAICAwAAAAAAAAAAAAAAAAAhENERMfD/2gAIAQEAAT8hE0w06E6O8H//2gAMAwEAAgADAAAAEGD/AP\
        /EABcRAAMBAAAAAAAAAAAAAAAAAAABQWH/2gAIAQMBAT8Qos0Z/8QAFREBAQAAAAAAAAAAAAAAAAAAECH/2gAIAQIBAT8QiL//xAAZEAEAAgMAAAAAAAAAAAAAAAAAQfER\
        YfD/2gAIAQEAAT8QqFU7wiSJNB//2Q==
        """
    static let greyJPEG = """
        /9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAMCAgMCAgMDAwMEAwMEBQgFBQQEBQoHBwYIDAoMDAsKCwsNDhIQDQ4RDgsLEBYQERMUFRUVDA8XGBYUGBIUFRT/wAALCAANAB\
        EBAREA/8QAHwAAAQUBAQEBAQEAAAAAAAAAAAECAwQFBgcICQoL/8QAtRAAAgEDAwIEAwUFBAQAAAF9AQIDAAQRBRIhMUEGE1FhByJxFDKBkaEII0KxwRVS0fAkM2JyggkK\
        FhcYGRolJicoKSo0NTY3ODk6Q0RFRkdISUpTVFVWV1hZWmNkZWZnaGlqc3R1dnd4eXqDhIWGh4iJipKTlJWWl5iZmqKjpKWmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT1N\
        XW19jZ2uHi4+Tl5ufo6erx8vP09fb3+Pn6/9oACAEBAAA/APk3wd8Ef9X/AKP+le5+Dvgj9z/R/wBK9B/4Uh/0w/Su18HfD3Tfk4/8dr3Pwd8PdN+Tj/x2vQf+Fe6b6f8A\
        jtf/2Q==
        """
    static let cmykJPEG = """
        /9j/7gAOQWRvYmUAZAAAAAAA/9sAQwACAQEBAQECAQEBAgICAgIEAwICAgIFBAQDBAYFBgYGBQYGBgcJCAYHCQcGBggLCAkKCgoKCgYICwwLCgwJCgoK/8AAFAgADQARBE\
        MRAE0RAFkRAEsRAP/EAB8AAAEFAQEBAQEBAAAAAAAAAAABAgMEBQYHCAkKC//EALUQAAIBAwMCBAMFBQQEAAABfQECAwAEEQUSITFBBhNRYQcicRQygZGhCCNCscEVUtHw\
        JDNicoIJChYXGBkaJSYnKCkqNDU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVmZ2hpanN0dXZ3eHl6g4SFhoeIiYqSk5SVlpeYmZqio6Slpqeoqaqys7S1tre4ubrCw8TFxs\
        fIycrS09TV1tfY2drh4uPk5ebn6Onq8fLz9PX29/j5+v/aAA4EQwBNAFkASwAAPwD80f8Agnd/y4/8Br4J/wCHUv8A1Lf/AJCr83/2bf2bf+Pf/QPT+Gv38r94P+Cd3/Lj\
        /wABo/4dS/8AUt/+Qq/QD9m39m3/AI9/9A9P4aK/Q6j/AIdS/wDUt/8AkKvpD/hm3/pw/wDHaK/kR/4J3f8ALj/wGv6J/wDhi/4Vf88f/IA/xr5X/Zt+FHhv/R/k9P4BRX\
        7wf8E7v+XH/gNH/DF/wq/54/8AkAf41+gH7Nvwo8N/6P8AJ6fwCiv0Oo/4Yv8AhV/zx/8AIA/xr6Q/4VR4b/uf+OCiv//Z
        """
    static let palettePNG = """
        iVBORw0KGgoAAAANSUhEUgAAABEAAAANBAMAAAC9V5gpAAAAMFBMVEXSyMSPyKDShaiPhYRL0YAP0WA1q2RLhWAPhUDSQ4yPQ2i0CmRLTEgPTCg1Jiw1CiCt5EWSAAAAVE\
        lEQVR4nG3MsQ0CMRAAwfmTYwSdfx+08C0gUYFlKvAlhPgIgIyNVlppt8KBZ2Ama7R+0SvPQ8hFdcIaQPiyt6vpMAnlVys/1l4Pt65Su28n5N+LN6F9IMyZznLRAAAAAElF\
        TkSuQmCC
        """
    static let sixteenBitPNG = """
        iVBORw0KGgoAAAANSUhEUgAAABEAAAANEAAAAAA6ggaFAAAAFklEQVR4nGNkYOAnAJgYCIJRJQOsBABLfwH6rejO/QAAAABJRU5ErkJggg==
        """

    /// An RGB PNG without interlace: header, one IDAT chunk of rows with filter 0, end. `height` may differ from the rows there are.
    static func png(_ pixels: [UInt8], height: Int, width: Int) -> [UInt8] {
        func chunk(_ type: String, _ content: [UInt8]) -> [UInt8] {
            let body = Array(type.utf8) + content
            return word(content.count) + body + word(Int(crc(body)))
        }
        let rows = stride(from: 0, to: pixels.count, by: max(1, 3 * width)).flatMap { [0] + pixels[$0..<min($0 + max(1, 3 * width), pixels.count)] }
        return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + chunk("IHDR", word(width) + word(height) + [8, 2, 0, 0, 0]) + chunk("IDAT", zlib(rows))
            + chunk("IEND", [])
    }

    private static func word(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) } }
}
