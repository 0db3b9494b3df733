"""People before a camera, and a screen, drawn: what tests and pictures of calls show where there is no camera."""
import subprocess

# Wall, hair, skin and shirt.
PEOPLE = {
    "hanako": ("#c9d6df-#52616b", "#2b2b2b", "#e8c39e", "#7a9e7e"),
    "kenji": ("#f3e9d2-#88a09e", "#1c1c1c", "#d9a679", "#3d5a80"),
    "maria": ("#d8c3a5-#8e8d8a", "#5b3a29", "#f0c8a0", "#a4508b"),
}


def shirt(name):
    """Its colour: (red, green, blue), 0…255. Nobody else has one like it."""
    return tuple(bytes.fromhex(PEOPLE[name][3][1:]))


def person(name, file, speaks=False):
    """A person before a wall, as a camera would see them."""
    wall, hair, skin, colour = PEOPLE[name]
    mouth = (
        ["-fill", "#6b2f25", "-draw", "ellipse 320,276 22,15 0,360"] if speaks else
        ["-fill", "none", "-stroke", "#8a4b3c", "-strokewidth", "4", "-draw", "arc 292,250 348,292 20,160"])
    subprocess.run(
        ["convert", "-size", "640x480", f"gradient:{wall}", "-fill", "#00000022", "-draw", "rectangle 40,40 210,250",
         "-fill", "#ffffff33", "-draw", "rectangle 52,52 198,238",
         "-fill", colour, "-draw", "roundrectangle 170,350 470,620 110,110", "-fill", skin, "-draw",
         "roundrectangle 285,290 355,380 25,25", "-fill", hair, "-draw", "ellipse 320,205 112,132 0,360",
         "-fill", skin, "-draw", "ellipse 320,228 88,106 0,360", "-fill", hair, "-draw",
         "ellipse 320,150 96,52 150,390", "-fill", "#222222", "-draw", "circle 286,222 292,222", "-draw",
         "circle 354,222 360,222", *mouth, file], check=True)
    return file


def screen(file):
    """A page of figures, as one shows it to others."""
    subprocess.run(
        ["convert", "-size", "1280x720", "xc:#f6f5f4", "-fill", "#1a5fb4", "-draw", "rectangle 0,0 1280,64",
         "-fill", "white", "-pointsize", "30", "-annotate", "+30+43", "Offer 2026", "-fill", "#deddda", "-draw",
         "rectangle 60,120 760,640", "-fill", "#3584e4", "-draw", "rectangle 120,420 200,600", "-draw",
         "rectangle 240,340 320,600", "-draw", "rectangle 360,380 440,600", "-draw", "rectangle 480,260 560,600",
         "-draw", "rectangle 600,200 680,600", "-fill", "#3d3846", "-pointsize", "26", "-annotate", "+820+180",
         "40 units\n\nDelivery in May\n\nPrice: to be agreed", file], check=True)
    return file


def still(file):
    """A picture as a source of GStreamer's."""
    return f"filesrc location={file} ! pngdec ! imagefreeze is-live=true ! videoconvert"
