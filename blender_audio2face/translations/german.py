"""German, with the terms of Blender's own translation: Formschlüssel, Streifen, Aktion, Skelett."""

from . import OWN_CONTEXT

_LABELS = {
    "Automatic Gain": ("Automatische Verstärkung"),
    "Default Microphone": ("Standardmikrofon"),
    "Keep Take": ("Aufnahme behalten"),
    "Look for Microphones": ("Nach Mikrofonen suchen"),
    "Low Latency": ("Kurze Verzögerung"),
    "Microphone": ("Mikrofon"),
    "Real Time": ("Echtzeit"),
    "Record": ("Aufnehmen"),
    "Start Real Time": ("Echtzeit starten"),
    "Stop": ("Stopp"),
    "Stop Real Time": ("Echtzeit beenden"),
    "Face Cap": "Face Cap",
    "Format": "Format",
    "Live Link Face": "Live Link Face",
    "OSC": "OSC",
    "Port": "Port",
    "Prefix": "Vorsatz",
    "Receive": "Empfangen",
    "Send": "Senden",
    "Stop Receiving": "Empfang beenden",
    "Stop Sending": "Senden beenden",
    "Subject": "Person",
    "VMC": "VMC",
    "Active Action": "Aktive Aktion",
    "Active Strip": "Aktiver Streifen",
    "Add Demo Head": "Demo-Kopf hinzufügen",
    "Add Link": "Verknüpfung hinzufügen",
    "Add Selected to Face": "Auswahl zum Gesicht hinzufügen",
    "Add Sound": "Klang hinzufügen",
    "Add Speaker": "Sprecher hinzufügen",
    "Asymmetry": "Asymmetrie",
    "Automatic": "Automatisch",
    "Bake": "Backen",
    "Best": "Bestes",
    "Bake All Speakers": "Alle Sprecher backen",
    "Bake Speech": "Sprache backen",
    "Blinks": "Blinzeln",
    "Bone": "Knochen",
    "Brows": "Brauen",
    "Bundled Network": "Mitgeliefertes Netz",
    "CPU": "CPU",
    "CUDA or ROCm": "CUDA oder ROCm",
    "Cancel Bake": "Backen abbrechen",
    "Channel": "Kanal",
    "Channels": "Kanäle",
    "Choose Preset": "Voreinstellung wählen",
    "Clear Bake": "Gebackenes entfernen",
    "Component": "Komponente",
    "Device": "Gerät",
    "Each Channel": "Einzelne Kanäle",
    "Edit Mapping": "Zuordnung bearbeiten",
    "Emphasis": "Nachdruck",
    "Every Frame": "Jedes Einzelbild",
    "Extreme": "Endstellung",
    "Eye Darts": "Blicksprünge",
    "Eyes, Brows and Head": "Augen, Brauen und Kopf",
    "Few Keys": "Wenige Schlüssel",
    "File": "Datei",
    "First Frame": "Erstes Bild",
    "Fix": "Beheben",
    "Head": "Kopf",
    "Highest": "Höchstens",
    "Jaw": "Kiefer",
    "Key": "Schlüssel",
    "Keys": "Schlüssel",
    "Kind": "Art",
    "Last Bake": "Zuletzt gebacken",
    "Limit": "Grenze",
    "Line": "Zeile",
    "Link Head Bone": "Kopfknochen verknüpfen",
    "Lips": "Lippen",
    "Live": "Sofort",
    "Load Mapping": "Zuordnung laden",
    "Look": "Aussehen",
    "Look for GPUs": "Nach GPUs suchen",
    "Lowest": "Mindestens",
    "Mapping": "Zuordnung",
    "Mouth Close": "Mund schließen",
    "Metal": "Metal",
    "Moves Nothing": "Bewegt nichts",
    "Multiplier": "Multiplizierer",
    "NLA Strip": "NLA-Streifen",
    "Name": "Name",
    "Network": "Netz",
    "NumPy": "NumPy",
    "Object": "Objekt",
    "Offset": "Versatz",
    "Offset (ms)": "Versatz (ms)",
    "Only Preview Range": "Nur Vorschau",
    "Output": "Ausgabe",
    "Overall": "Gesamt",
    "Own Action": "Eigene Aktion",
    "Path": "Pfad",
    "Pause": "Pause",
    "Per Minute": "Pro Minute",
    "Placement": "Platzierung",
    "Play": "Abspielen",
    "Preset": "Voreinstellung",
    "Preview": "Vorschau",
    "Property": "Eigenschaft",
    "PyTorch": "PyTorch",
    "PyTorch Folder": "PyTorch-Ordner",
    "Record Extreme": "Endstellung aufnehmen",
    "Record Pose": "Pose aufnehmen",
    "Record Rest": "Ruhe aufnehmen",
    "Remove Link": "Verknüpfung entfernen",
    "Remove Speaker": "Sprecher entfernen",
    "Replace": "Ersetzen",
    "Report": "Bericht",
    "Reset": "Zurücksetzen",
    "Rest": "Ruhe",
    "Runtime": "Laufzeit",
    "Save Mapping": "Zuordnung speichern",
    "Seed": "Startwert",
    "Set Each Channel": "Kanäle einzeln einstellen",
    "Shape Key": "Formschlüssel",
    "Smoothing": "Glättung",
    "Sound": "Klang",
    "Sound File": "Klangdatei",
    "Sound Strip": "Klangstreifen",
    "State": "Zustand",
    "Strength": "Stärke",
    "Strip": "Streifen",
    "Takes": "Aufnahmen",
    "Target": "Ziel",
    "Tolerance": "Toleranz",
    "Tongue": "Zunge",
    "Update": "Aktualisieren",
    "XPU": "XPU",
    "Upper Face": "Obergesicht",
    "Use": "Verwenden",
    "Voice": "Stimme",
    "Which": "Welches",
    "With Sentence": "Mit Satz",
    # Buttons that take away what hides the result
    "Add to It": "Dazu addieren",
    "Blend Fully": "Voll einblenden",
    "End Solo": "Solo beenden",
    "Full Influence": "Voller Einfluss",
    "Leave Edit Mode": "Bearbeiten beenden",
    "Make Relative": "Relativ machen",
    "Mute Drivers": "Treiber stumm",
    "Mute Modifiers": "Modifikatoren stumm",
    "Show Pose": "Pose zeigen",
    "Turn NLA On": "NLA einschalten",
    "Turn Pin Off": "Pin lösen",
    "Unmute F-Curves": "F-Kurven einschalten",
    "Unmute Shapes": "Formen einschalten",
    "Unmute Track": "Spur einschalten",
    "Use Baked Slot": "Gebackenen Slot",
}

_OWN_LABELS = {
    "Address": "Adresse",
    "Other Programs": "Andere Programme",
    "Face": "Gesicht",
    "Speaker": "Sprecher",
    "Speakers": "Sprecher",
}

_DESCRIPTIONS = {
    "A sound file that is heard in place of a microphone": (
        "Eine Klangdatei, die anstelle eines Mikrofons gehört wird"
    ),
    "Bring quiet and loud voices to one level; if not given, as the panel has it": (
        "Leise und laute Stimmen auf einen Pegel bringen; ohne Angabe wie im Panel"
    ),
    "Bring voices that are too quiet or too loud to the level that the network knows": (
        "Zu leise oder zu laute Stimmen auf den Pegel bringen, den das Netz kennt"
    ),
    "Give the face back as it was": ("Dem Gesicht zurückgeben, was es vorher hatte"),
    "Less delay, less exact lips; if not given, as the panel has it": (
        "Weniger Verzögerung, weniger genaue Lippen; ohne Angabe wie im Panel"
    ),
    "Less than half of the delay, for lips that are less exact": (
        "Weniger als die halbe Verzögerung, dafür weniger genaue Lippen"
    ),
    "Let the face follow the microphone, without keys, until you stop it": (
        "Das Gesicht ohne Schlüssel dem Mikrofon folgen lassen, bis Sie es beenden"
    ),
    "Look again which microphones are plugged in": (
        "Noch einmal nachsehen, welche Mikrofone angeschlossen sind"
    ),
    "Name of the microphone; if not given, as the panel has it": (
        "Name des Mikrofons; ohne Angabe wie im Panel"
    ),
    "Record the voice and the face from this frame on, or with the playing timeline": (
        "Stimme und Gesicht von diesem Bild an aufnehmen, oder mit der laufenden Zeitleiste"
    ),
    "Stop, put the recorded sound into the sequencer, and key the face with it": (
        "Beenden, den aufgenommenen Klang in den Sequenzer legen und das Gesicht damit keyen"
    ),
    "The microphone that the face follows": ("Das Mikrofon, dem das Gesicht folgt"),
    "The microphone; empty for the system's choice": (
        "Das Mikrofon; leer für die Wahl des Systems"
    ),
    "ARKit's 52 channels and the head, as the iPhone app sends": (
        "ARKits 52 Kanäle und der Kopf, wie die iPhone-App sie sendet"
    ),
    "Blend shapes of the VMC protocol, for avatars with Perfect Sync": (
        "Blend Shapes des VMC-Protokolls, für Avatare mit Perfect Sync"
    ),
    "How faces are written": "Wie Gesichter geschrieben werden",
    "Let another program move the face, without keys, until you stop it": (
        "Das Gesicht von einem anderen Programm bewegen lassen, ohne Schlüssel, bis Sie es beenden"
    ),
    "OSC messages of the app Face Cap: /W, a number and a value": (
        "OSC-Nachrichten der App Face Cap: /W, eine Nummer und ein Wert"
    ),
    "OSC messages with one address for each channel, as VRChat takes them": (
        "OSC-Nachrichten mit einer Adresse für jeden Kanal, wie VRChat sie nimmt"
    ),
    "On which of this computer's addresses faces are received: 127.0.0.1 for programs here, "
    "0.0.0.0 for a phone as well": (
        "Unter welcher Adresse dieses Rechners Gesichter empfangen werden: 127.0.0.1 für Programme "
        "hier, 0.0.0.0 auch für ein Telefon"
    ),
    "Send each face that real time shows to another program, until you stop it": (
        "Jedes Gesicht, das in Echtzeit zu sehen ist, an ein anderes Programm senden, bis Sie es "
        "beenden"
    ),
    "Stop receiving, and put the face back as it was": (
        "Den Empfang beenden, und das Gesicht wie zuvor zeigen"
    ),
    "Stop sending": "Nichts mehr senden",
    "The address of the computer that faces go to; 127.0.0.1 is this one": (
        "Die Adresse des Rechners, an den Gesichter gehen; 127.0.0.1 ist dieser"
    ),
    "The name under which the face appears in the other program": (
        "Der Name, unter dem das Gesicht im anderen Programm erscheint"
    ),
    "The port that the other program listens on; 0 for its usual one": (
        "Der Port, an dem das andere Programm empfängt; 0 für dessen üblichen"
    ),
    "The port that the other program sends to": "Der Port, an den das andere Programm sendet",
    "What stands before the channel's name in an OSC address": (
        "Was in einer OSC-Adresse vor dem Namen des Kanals steht"
    ),
    "Where faces come from and go to over the network": (
        "Woher Gesichter über das Netz kommen und wohin sie gehen"
    ),
    "Whose face is shown, by the name that the other program gives; empty for the first one": (
        "Wessen Gesicht zu sehen ist, mit dem Namen aus dem anderen Programm; leer für das erste"
    ),
    "Add a sound file to the sequencer, behind the last sound": (
        "Fügt dem Sequencer eine Klangdatei hinzu, hinter dem letzten Klang"
    ),
    "The row of the list; choosing one selects its face": (
        "Die Zeile der Liste; wer eine wählt, wählt ihr Gesicht aus"
    ),
    # Sound
    "The characters of this scene that speak": "Die Figuren dieser Szene, die sprechen",
    "The chosen speaker of the list": "Der gewählte Sprecher der Liste",
    "Whose voice and face it is": "Wessen Stimme und Gesicht es ist",
    "Whose voice and face it is; empty for the active object's name": (
        "Wessen Stimme und Gesicht es ist; leer für den Namen des aktiven Objekts"
    ),
    "Where the voice comes from": "Woher die Stimme kommt",
    "One sound strip; the active one when none is named": (
        "Ein Klangstreifen; der aktive, wenn keiner genannt ist"
    ),
    "All sound strips on one channel of the sequencer": (
        "Alle Klangstreifen auf einem Kanal des Sequenzers"
    ),
    "A sound file that is not in the sequencer": "Eine Klangdatei, die nicht im Sequenzer liegt",
    "The strip to speak from": "Der Streifen mit der Sprache",
    "The strip with the speech; empty for the active one": (
        "Der Streifen mit der Sprache; leer für den aktiven"
    ),
    "The strip with the speech of the next new speaker; empty for the active one": (
        "Der Streifen mit der Sprache des nächsten neuen Sprechers; leer für den aktiven"
    ),
    "Channel of the sequencer with this character's strips": (
        "Kanal des Sequenzers mit den Streifen dieser Figur"
    ),
    "Sound file with the speech": "Klangdatei mit der Sprache",
    "Frame at which the sound file begins": "Bild, bei dem die Klangdatei beginnt",
    "Add a speaker with the selected objects as its face; Bake Speech adds one by itself": (
        "Fügt einen Sprecher hinzu, mit den ausgewählten Objekten als Gesicht; „Sprache backen“ "
        "fügt selbst einen hinzu"
    ),
    "Remove this speaker from the list; its keys stay": (
        "Entfernt diesen Sprecher aus der Liste; seine Schlüssel bleiben"
    ),
    "Name of the speaker; empty for the one in the panel": (
        "Name des Sprechers; leer für den im Panel"
    ),
    # Face
    "The meshes and armatures that move": "Die Maschen und Skelette, die sich bewegen",
    "A mesh or armature of the face": "Eine Masche oder ein Skelett des Gesichts",
    "Add the selected objects to this speaker's face": (
        "Fügt die ausgewählten Objekte zum Gesicht dieses Sprechers hinzu"
    ),
    "Replace the objects of the face instead of adding to them": (
        "Ersetzt die Objekte des Gesichts, statt sie zu ergänzen"
    ),
    "Which naming the rig follows": "Welcher Benennung das Rig folgt",
    "Which naming the rig follows; empty for the one that fits best": (
        "Welcher Benennung das Rig folgt; leer für die am besten passende"
    ),
    "Name of the preset, such as arkit; empty for the one that fits best": (
        "Name der Voreinstellung, etwa arkit; leer für die am besten passende"
    ),
    "Use this naming of shape keys and controls for the face; replaces a mapping of your own": (
        "Verwendet diese Benennung der Formschlüssel und Regler für das Gesicht; ersetzt eine "
        "eigene Zuordnung"
    ),
    # Mapping
    "Your own links from channels to controls; empty for the automatic mapping": (
        "Eigene Verknüpfungen von Kanälen mit Reglern; leer für die automatische Zuordnung"
    ),
    "The chosen line of the mapping": "Die gewählte Zeile der Zuordnung",
    "Turn the automatic mapping into a list that you can edit": (
        "Macht aus der automatischen Zuordnung eine Liste zum Bearbeiten"
    ),
    "Save the mapping as a JSON file, for other scenes and other artists": (
        "Speichert die Zuordnung als JSON-Datei, für andere Szenen und andere Künstler"
    ),
    "Replace the mapping by one from a JSON file": (
        "Ersetzt die Zuordnung durch eine aus einer JSON-Datei"
    ),
    "JSON file with the mapping": "JSON-Datei mit der Zuordnung",
    "Add a line to the mapping": "Fügt der Zuordnung eine Zeile hinzu",
    "Remove the chosen line of the mapping; without any line the mapping is automatic again": (
        "Entfernt die gewählte Zeile der Zuordnung; ohne Zeile ist die Zuordnung automatisch"
    ),
    "Counted from 0; -1 for the chosen line": "Gezählt ab 0; -1 für die gewählte Zeile",
    "ARKit channel, or viseme of the preset, that moves the target": (
        "ARKit-Kanal, oder Visem der Voreinstellung, der das Ziel bewegt"
    ),
    "What the target is": "Was das Ziel ist",
    "A shape key of the face's meshes": "Ein Formschlüssel der Maschen des Gesichts",
    "A location, rotation or scale of a pose bone": (
        "Position, Rotation oder Skalierung eines Posenknochens"
    ),
    "A custom property of an armature or one of its bones": (
        "Eine Benutzereigenschaft eines Skeletts oder eines seiner Knochen"
    ),
    "Name of the shape key, the bone, or the property": (
        "Name des Formschlüssels, des Knochens oder der Eigenschaft"
    ),
    "For a bone: location, rotation_euler, rotation_quaternion or scale. For a property: the bone "
    "that has it, or empty for the object": (
        "Bei Knochen: location, rotation_euler, rotation_quaternion oder scale. Bei "
        "Eigenschaften: der Knochen, der sie hat, oder leer für das Objekt"
    ),
    "Which number of the path, counted from 0: X is 0, Y is 1, Z is 2": (
        "Welche Zahl des Pfads, gezählt ab 0: X ist 0, Y ist 1, Z ist 2"
    ),
    "Key this target; off, the line is left out": (
        "Setzt Schlüssel auf dieses Ziel; sonst wird die Zeile ausgelassen"
    ),
    "The channel is multiplied by this; below 0 the movement is reversed": (
        "Damit wird der Kanal multipliziert; unter 0 kehrt sich die Bewegung um"
    ),
    "This is added after the multiplier": "Das wird nach dem Multiplizierer addiert",
    "After multiplier and offset, the value is held above this": (
        "Nach Multiplizierer und Versatz bleibt der Wert darüber"
    ),
    "After multiplier and offset, the value is held below this": (
        "Nach Multiplizierer und Versatz bleibt der Wert darunter"
    ),
    "The target's value where the channel is 0": "Der Wert des Ziels, wenn der Kanal 0 ist",
    "The target's value where the channel is 1": "Der Wert des Ziels, wenn der Kanal 1 ist",
    "The shape key leaves every vertex where it is": (
        "Der Formschlüssel lässt jeden Punkt, wo er ist"
    ),
    "Record the selected bones as they are posed now, at rest or at the channel's extreme": (
        "Nimmt die Pose der ausgewählten Knochen auf, in Ruhe oder in der Endstellung des Kanals"
    ),
    "Which end of the movement the pose is": "Welches Ende der Bewegung die Pose ist",
    "The pose while the channel is 0": "Die Pose, während der Kanal 0 ist",
    "The pose while the channel is 1; adds the bones to the mapping": (
        "Die Pose, während der Kanal 1 ist; nimmt die Knochen in die Zuordnung auf"
    ),
    "Empty for the channel in the panel": "Leer für den Kanal im Panel",
    "The channel that moves the recorded bones": (
        "Der Kanal, der die aufgenommenen Knochen bewegt"
    ),
    "Turn the head bone of the face's armature with the nods, starting from its pose now": (
        "Dreht den Kopfknochen im Skelett des Gesichts mit dem Nicken, ausgehend von seiner Pose"
    ),
    "Name of the bone; empty for the one that is called head": (
        "Name des Knochens; leer für den, der head heißt"
    ),
    # Look
    "How the movement is shaped": "Wie die Bewegung geformt wird",
    "Dials change the keys at once; off, they wait for the next Update": (
        "Regler ändern die Schlüssel sofort; sonst erst beim nächsten Aktualisieren"
    ),
    "Strength of the whole face; 1 is as it was heard, 0 is still": (
        "Stärke des ganzen Gesichts; 1 ist wie gehört, 0 ist reglos"
    ),
    "Strength of the jaw: lower for mumbling, higher for shouting": (
        "Stärke des Kiefers: niedriger zum Murmeln, höher zum Rufen"
    ),
    "Strength of the lips and of puffed cheeks": "Stärke der Lippen und geblähter Wangen",
    "Strength of the tongue": "Stärke der Zunge",
    "Strength of brows, lids, cheeks and nose": "Stärke von Brauen, Lidern, Wangen und Nase",
    "Above 0 every movement is larger, below 0 flatter; lips that touch still touch": (
        "Über 0 wird jede Bewegung größer, unter 0 flacher; Lippen, die sich berühren, tun es "
        "weiterhin"
    ),
    "Calms the movement; lips still close where they closed. 0 is as it was heard": (
        "Beruhigt die Bewegung; Lippen schließen weiterhin, wo sie schlossen. 0 ist wie gehört"
    ),
    "Above 0 the lips come closer together, below 0 further apart": (
        "Über 0 kommen die Lippen näher zusammen, unter 0 weiter auseinander"
    ),
    "Above 0 the character's right half of the face moves more, below 0 the left": (
        "Über 0 bewegt sich die rechte Gesichtshälfte der Figur mehr, unter 0 die linke"
    ),
    "The most any channel may reach; lower it where shapes break at full strength": (
        "Was ein Kanal höchstens erreicht; niedriger, wo Formen bei voller Stärke brechen"
    ),
    "Milliseconds by which the face moves after the sound; below 0 it moves before": (
        "Millisekunden, um die sich das Gesicht nach dem Klang bewegt; unter 0 davor"
    ),
    "Adds blinks at natural intervals": "Fügt Blinzeln in natürlichen Abständen hinzu",
    "Blinks in a minute; people who talk blink 15 to 25 times": (
        "Wie oft pro Minute geblinzelt wird; wer spricht, blinzelt 15- bis 25-mal"
    ),
    "Adds brow raises on stressed syllables": "Hebt die Brauen auf betonten Silben",
    "Adds small quick shifts of gaze": "Fügt kleine, schnelle Blickwechsel hinzu",
    "Moves the head with the speech; the mapping has to link it to a bone or property": (
        "Bewegt den Kopf mit der Sprache; die Zuordnung muss ihn mit einem Knochen oder einer "
        "Eigenschaft verknüpfen"
    ),
    "Another number gives other blinks, eye darts and nods": (
        "Eine andere Zahl ergibt anderes Blinzeln, andere Blicksprünge und anderes Nicken"
    ),
    "Channels with a strength of their own": "Kanäle mit eigener Stärke",
    "The chosen line of the list": "Die gewählte Zeile der Liste",
    "An ARKit channel such as jawOpen": "Ein ARKit-Kanal wie jawOpen",
    "Strength of this channel; 1 is as it was heard, 0 is still": (
        "Stärke dieses Kanals; 1 ist wie gehört, 0 ist reglos"
    ),
    "List all 52 channels, each with a strength of its own": (
        "Listet alle 52 Kanäle auf, jeden mit eigener Stärke"
    ),
    "Give every channel the same strength again": "Gibt allen Kanälen wieder dieselbe Stärke",
    # Bake
    "Key the selected face so that it speaks with the sound strip": (
        "Setzt Schlüssel auf das ausgewählte Gesicht, sodass es mit dem Klangstreifen spricht"
    ),
    "Bake every speaker of the scene, each with their own voice": (
        "Backt jeden Sprecher der Szene, jeden mit seiner eigenen Stimme"
    ),
    "Stop the bake that is running; nothing is changed": (
        "Hält das laufende Backen an; nichts wird geändert"
    ),
    "Where the keys are written": "Wohin die Schlüssel geschrieben werden",
    "A new Action, assigned to the face; yours is kept with a fake user": (
        "Eine neue Aktion, dem Gesicht zugewiesen; Ihre bleibt mit unechtem Benutzer erhalten"
    ),
    "A strip on an NLA track of its own, added to what you animate yourself": (
        "Ein Streifen auf eigener NLA-Spur, addiert zu dem, was Sie selbst animieren"
    ),
    "Into the Action that is assigned now, only at the frames where the sound plays": (
        "In die jetzt zugewiesene Aktion, nur in den Bildern, in denen der Klang spielt"
    ),
    "How many keys are written": "Wie viele Schlüssel geschrieben werden",
    "Keys where an animator would set them; the movement looks the same": (
        "Schlüssel, wo ein Animator sie setzen würde; die Bewegung sieht gleich aus"
    ),
    "One key on each frame": "Ein Schlüssel auf jedem Einzelbild",
    "How far few keys may stray from a key on each frame, in shape-key units": (
        "Wie weit wenige Schlüssel von einem Schlüssel je Einzelbild abweichen dürfen, in "
        "Einheiten der Formschlüssel"
    ),
    "Key only the frames of the scene's preview range, where it has one": (
        "Setzt Schlüssel nur im Vorschaubereich der Szene, wenn sie einen hat"
    ),
    "Weights file (.npz) trained on your own actor; empty for the network that came with the "
    "extension": (
        "Gewichtsdatei (.npz), auf Ihren eigenen Darsteller trainiert; leer für das Netz, das mit "
        "der Erweiterung kam"
    ),
    "What the last bake did, line by line": "Was zuletzt gebacken wurde, Zeile für Zeile",
    "Key again where the strips play now, with the dials as they are; nothing is analysed": (
        "Setzt die Schlüssel neu, wo die Streifen jetzt spielen, mit den Reglern, wie sie stehen; "
        "nichts wird analysiert"
    ),
    "Take out what was baked for this speaker; your own keys stay, or come back": (
        "Entfernt, was für diesen Sprecher gebacken wurde; Ihre eigenen Schlüssel bleiben oder "
        "kommen wieder"
    ),
    "Only what was baked from this strip; empty for all": (
        "Nur, was aus diesem Streifen gebacken wurde; leer für alles"
    ),
    "Take away what hides the face's movement": (
        "Beseitigt, was die Bewegung des Gesichts verdeckt"
    ),
    "Line of the list in the panel, counted from 0; -1 for all": (
        "Zeile der Liste im Panel, gezählt ab 0; -1 für alle"
    ),
    "Show the speech on the face wherever the playhead stands, without keys; again to end it": (
        "Zeigt die Sprache am Gesicht, wo immer der Abspielkopf steht, ohne Schlüssel; erneut "
        "drücken zum Beenden"
    ),
    "Play the face with its sound, from where its voice begins": (
        "Spielt das Gesicht mit seinem Klang ab, vom Beginn seiner Stimme an"
    ),
    # What the file remembers
    "The sounds that were analysed": "Die Klänge, die analysiert wurden",
    "Identifies the sound, however its strip is renamed": (
        "Kennzeichnet den Klang, wie auch immer sein Streifen heißt"
    ),
    "Name of the strip it was heard in": "Name des Streifens, in dem er gehört wurde",
    "Which part of which sound it is": "Welcher Teil welches Klangs es ist",
    "Where it was keyed last": "Wo zuletzt Schlüssel gesetzt wurden",
    "Path of the sound where there is no strip": "Pfad des Klangs, wenn es keinen Streifen gibt",
    "First frame that was keyed": "Erstes Bild mit Schlüsseln",
    # Preferences
    "What runs the network": "Was das Netz ausführt",
    "PyTorch for long sounds where there is a GPU, NumPy for all else": (
        "PyTorch für lange Klänge, wo es eine GPU gibt, sonst NumPy"
    ),
    "Runs in every Blender, on the CPU": "Läuft in jedem Blender, auf der CPU",
    "GPU or CPU; needs a build that holds PyTorch, or a folder that has it": (
        "GPU oder CPU; braucht eine Fassung mit PyTorch oder einen Ordner, der es hat"
    ),
    "What PyTorch runs on": "Worauf PyTorch läuft",
    "The fastest device that PyTorch finds": "Das schnellste Gerät, das PyTorch findet",
    "The processor, never a GPU": "Der Prozessor, nie eine GPU",
    "A GPU by NVIDIA, or by AMD on Linux": "Eine GPU von NVIDIA, unter Linux auch von AMD",
    "The GPU of a Mac with Apple silicon": "Die GPU eines Macs mit Apple-Prozessor",
    "A GPU by Intel": "Eine GPU von Intel",
    "Where PyTorch is if this build holds none: a virtual environment, or its site-packages, made "
    "with Blender's version of Python": (
        "Wo PyTorch liegt, wenn diese Fassung keines hat: eine virtuelle Umgebung oder ihr Ordner "
        "site-packages, angelegt mit Blenders Version von Python"
    ),
    "Load PyTorch, which takes seconds, and try each device that it finds": (
        "Lädt PyTorch, was Sekunden dauert, und probiert jedes Gerät, das es findet"
    ),
    # Demo head
    "Add a head with the 52 ARKit shape keys at the 3D cursor, to try Bake Speech on": (
        "Fügt am 3D-Cursor einen Kopf mit den 52 ARKit-Formschlüsseln hinzu, um „Sprache backen“ "
        "auszuprobieren"
    ),
    "Also add a spoken sentence to the sequencer, at the current frame": (
        "Fügt dem Sequenzer auch einen gesprochenen Satz hinzu, beim aktuellen Bild"
    ),
}

_SENTENCES = {
    "Delay: {:.0f} ms": ("Verzögerung: {:.0f} ms"),
    "Recorded: {:.0f} s": ("Aufgenommen: {:.0f} s"),
    "Of {} blocks {} were missing, {} late, {} dropped": (
        "Von {} Blöcken fehlten {}, {} kamen zu spät, {} wurden verworfen"
    ),
    "Nothing was recorded: no sound came in that time.": (
        "Es wurde nichts aufgenommen: In dieser Zeit kam kein Klang."
    ),
    "Nothing is recorded: press Record first.": (
        "Es wird nichts aufgenommen: Drücken Sie zuerst Aufnehmen."
    ),
    "Real time does not run: start it first.": (
        "Die Echtzeit läuft nicht: Starten Sie sie zuerst."
    ),
    "Real time ended: the face is gone.": ("Die Echtzeit wurde beendet: Das Gesicht ist fort."),
    "Real time ended: the scene of the face is gone.": (
        "Die Echtzeit wurde beendet: Die Szene des Gesichts ist fort."
    ),
    "Real time ended: the speaker was removed.": (
        "Die Echtzeit wurde beendet: Der Sprecher wurde entfernt."
    ),
    "Real time needs a window: start Blender without --background.": (
        "Die Echtzeit braucht ein Fenster: Starten Sie Blender ohne --background."
    ),
    "Real time runs already: stop it first.": ("Die Echtzeit läuft schon: Beenden Sie sie zuerst."),
    "There is no microphone; plug one in and look for devices again.": (
        "Es gibt kein Mikrofon; schließen Sie eines an, und suchen Sie erneut nach Geräten."
    ),
    "Faces are received already: stop that first.": (
        "Gesichter werden bereits empfangen: Beenden Sie das zuerst."
    ),
    "More comes in than can be read: something floods this port.": (
        "Es kommt mehr an, als gelesen werden kann: Etwas überflutet diesen Port."
    ),
    "Nothing came in yet.": "Noch ist nichts angekommen.",
    "The face is sent already: stop that first.": (
        "Das Gesicht wird bereits gesendet: Beenden Sie das zuerst."
    ),
    "another number of values than 61": "eine andere Zahl von Werten als 61",
    "another version of the format": "eine andere Version des Formats",
    "a name of impossible length": "ein Name von unmöglicher Länge",
    "a name that is no text": "ein Name, der kein Text ist",
    "a value that is no number": "ein Wert, der keine Zahl ist",
    "cut off": "abgeschnitten",
    "face": "Gesicht",
    "longer than any packet of Live Link Face": "länger als jedes Paket von Live Link Face",
    "no face in sight": "kein Gesicht zu sehen",
    "overtaken by a newer one": "von einem neueren überholt",
    "silent for {:.0f} s": "seit {:.0f} s still",
    "{} dropped: {}": "{} verworfen: {}",
    "{} failed": "{} misslungen",
    "{} frames sent": "{} Bilder gesendet",
    "{} packets": "{} Pakete",
    "Nothing can be sent to port 0: choose the port of the other program.": (
        "An Port 0 kann nichts gesendet werden: Wählen Sie den Port des anderen Programms."
    ),
    "OSC needs the package python-osc, which this build does not hold: install the zip with "
    "wheels, or send Live Link.": (
        "OSC braucht das Paket python-osc, das in dieser Fassung fehlt: Installieren Sie das Zip "
        "mit Wheels, oder senden Sie Live Link."
    ),
    "The time cannot be sent: its frame number or its rate is too large.": (
        "Die Zeit kann nicht gesendet werden: Ihre Bildnummer oder ihre Rate ist zu groß."
    ),
    "{}: {} of {} controls, fits {:.0%}": "{}: {} von {} Reglern, passt zu {:.0%}",
    "The face is gone: select another one.": "Das Gesicht ist weg: Wählen Sie ein anderes.",
    "This face is moved in real time already: stop that first.": (
        "Dieses Gesicht wird schon in Echtzeit bewegt: beenden Sie das zuerst."
    ),
    "This Blender was built without sound: use one from blender.org.": (
        "Dieses Blender wurde ohne Ton gebaut: Nehmen Sie eines von blender.org."
    ),
    "No face selected": "Kein Gesicht ausgewählt",
    "No naming fits: choose a preset, or edit the mapping by hand.": (
        "Keine Benennung passt: Wählen Sie eine Voreinstellung oder bearbeiten Sie die Zuordnung."
    ),
    "Bake first: then these dials act at once.": ("Erst backen: Dann wirken diese Regler sofort."),
    # Why a button is grey
    "There is no speaker yet: bake a face, or add a speaker.": (
        "Es gibt noch keinen Sprecher: Backen Sie ein Gesicht oder fügen Sie einen Sprecher hinzu."
    ),
    "Select the meshes, or the armature, of the face first.": (
        "Wählen Sie zuerst die Maschen oder das Skelett des Gesichts aus."
    ),
    "Select the bones in Pose Mode.": "Wählen Sie die Knochen im Posenmodus aus.",
    "No bake is running.": "Es wird nichts gebacken.",
    "A bake is running: wait for it, or cancel it.": (
        "Es wird gerade gebacken: Warten Sie, oder brechen Sie es ab."
    ),
    "There is no window to play in.": "Es gibt kein Fenster zum Abspielen.",
    # Why nothing was done
    "The scene of the face is gone: bake again in another one.": (
        "Die Szene des Gesichts ist weg: Backen Sie in einer anderen erneut."
    ),
    "Switch to Object Mode first.": "Wechseln Sie zuerst in den Objektmodus.",
    "No face is selected: select the meshes, or the armature, of the face.": (
        "Kein Gesicht ist ausgewählt: Wählen Sie die Maschen oder das Skelett des Gesichts aus."
    ),
    "Nothing to key: the face has no control of the mapping. Choose a preset for this rig.": (
        "Nichts zu tun: Das Gesicht hat keinen Regler der Zuordnung. Wählen Sie eine "
        "Voreinstellung für dieses Rig."
    ),
    "What was baked is no longer in this file: bake again.": (
        "Das Gebackene ist nicht mehr in dieser Datei: Backen Sie erneut."
    ),
    "No strip lies in the preview range: set another range, or turn Only Preview Range off.": (
        "Kein Streifen liegt im Vorschaubereich: Wählen Sie einen anderen Bereich, oder schalten "
        "Sie „Nur Vorschau“ aus."
    ),
    "No speaker is chosen: select a face that was baked, or add a speaker.": (
        "Kein Sprecher ist gewählt: Wählen Sie ein gebackenes Gesicht aus oder fügen Sie einen "
        "Sprecher hinzu."
    ),
    "The recorded rest is damaged: press Record Rest again.": (
        "Die aufgenommene Ruhe ist beschädigt: Drücken Sie „Ruhe aufnehmen“ noch einmal."
    ),
    "No rest was recorded: pose the bones at rest and press Record Rest.": (
        "Es wurde keine Ruhe aufgenommen: Stellen Sie die Knochen in Ruhe und drücken Sie „Ruhe "
        "aufnehmen“."
    ),
    "The bones are where they rest: move them to the extreme first.": (
        "Die Knochen sind in Ruhe: Bewegen Sie sie zuerst in die Endstellung."
    ),
    "The face has no armature: add it with Add Selected to Face first.": (
        "Das Gesicht hat kein Skelett: Fügen Sie es zuerst mit „Auswahl zum Gesicht hinzufügen“ "
        "hinzu."
    ),
    "The mapping file is larger than any rig needs: choose another file.": (
        "Die Zuordnungsdatei ist größer, als ein Rig sie braucht: Wählen Sie eine andere."
    ),
    '"preset" in the mapping file has to be the name of a preset, or null.': (
        "„preset“ muss in der Zuordnungsdatei der Name einer Voreinstellung sein, oder null."
    ),
    "There is no sound strip: add the speech in the Video Sequencer (Add > Sound).": (
        "Es gibt keinen Klangstreifen: Fügen Sie die Sprache im Sequenzer hinzu (Hinzufügen > "
        "Klang)."
    ),
    "The curves hold values that are not numbers; analyse the sound again.": (
        "Die Kurven enthalten Werte, die keine Zahlen sind; analysieren Sie den Klang erneut."
    ),
    "The curves are too long to be kept; bake the sound in shorter strips.": (
        "Die Kurven sind zu lang zum Behalten; backen Sie den Klang in kürzeren Streifen."
    ),
    "The kept curves are damaged; analyse the sound again.": (
        "Die behaltenen Kurven sind beschädigt; analysieren Sie den Klang erneut."
    ),
    "The scene with the sound is gone: choose another strip.": (
        "Die Szene mit dem Klang ist weg: Wählen Sie einen anderen Streifen."
    ),
    "No sound file is chosen: choose one in the panel.": (
        "Keine Klangdatei ist gewählt: Wählen Sie eine im Panel."
    ),
    # What hides the result
    "Drivers move {}: mute or remove them, then bake again.": (
        "Treiber bewegen {}: Schalten Sie sie stumm oder entfernen Sie sie, dann backen Sie erneut."
    ),
    "Muted F-curves: {}. Tick them in the Graph Editor.": (
        "Stumme F-Kurven: {}. Haken Sie sie im Graph Editor an."
    ),
    "F-curve modifiers change {}: mute them in the Graph Editor.": (
        "F-Kurven-Modifikatoren ändern {}: Schalten Sie sie im Graph Editor stumm."
    ),
    "{} is in Edit Mode, where nothing moves: leave it with Tab.": (
        "{} ist im Bearbeitungsmodus, in dem sich nichts bewegt: Verlassen Sie ihn mit Tab."
    ),
    "{} shows only its active shape key: turn the pin off in Object Data > Shape Keys.": (
        "{} zeigt nur den aktiven Formschlüssel: Lösen Sie den Pin unter Objektdaten > "
        "Formschlüssel."
    ),
    "The shape keys of {} are absolute: turn Relative on in Object Data > Shape Keys.": (
        "Die Formschlüssel von {} sind absolut: Schalten Sie Relativ ein unter Objektdaten > "
        "Formschlüssel."
    ),
    "Muted shape keys: {}. Tick them in Object Data > Shape Keys.": (
        "Stumme Formschlüssel: {}. Haken Sie sie an unter Objektdaten > Formschlüssel."
    ),
    "The armature of {} shows its rest position: choose Pose Position in Object Data.": (
        "Das Skelett von {} zeigt seine Ruheposition: Wählen Sie Posenposition in den Objektdaten."
    ),
    "Action {} plays another slot than the baked one: choose that in the Action Editor.": (
        "Aktion {} spielt einen anderen Slot als den gebackenen: Wählen Sie diesen im "
        "Aktion-Editor."
    ),
    "Action {} is blended with the NLA: set it to Replace at 1.0 in the NLA editor.": (
        "Aktion {} wird mit der NLA gemischt: Stellen Sie sie im NLA-Editor auf Ersetzen bei 1,0."
    ),
    "Soloed NLA tracks: {}. Turn the star off in the NLA editor.": (
        "NLA-Spuren auf Solo: {}. Schalten Sie den Stern im NLA-Editor aus."
    ),
    "The NLA of {} is turned off: tick it in the NLA editor.": (
        "Die NLA von {} ist ausgeschaltet: Haken Sie sie im NLA-Editor an."
    ),
    "NLA track {} is muted: tick it in the NLA editor.": (
        "NLA-Spur {} ist stumm: Haken Sie sie im NLA-Editor an."
    ),
    "NLA strip {} is muted or below full influence: set it to 1.0 in the NLA editor.": (
        "NLA-Streifen {} ist stumm oder unter vollem Einfluss: Stellen Sie ihn im NLA-Editor auf "
        "1,0."
    ),
    "Action {} replaces the baked NLA strip: let it add instead (Blending in the NLA editor).": (
        "Aktion {} ersetzt den gebackenen NLA-Streifen: Lassen Sie sie stattdessen addieren "
        "(im NLA-Editor)."
    ),
    "NLA strips above replace the baked one: {}. Let them add instead (Blending).": (
        "NLA-Streifen darüber ersetzen den gebackenen: {}. Lassen Sie sie stattdessen addieren."
    ),
}

MESSAGES = {
    **{
        (context, text): german
        for text, german in _LABELS.items()
        for context in ("*", "Operator", OWN_CONTEXT)
    },
    **{(OWN_CONTEXT, text): german for text, german in _OWN_LABELS.items()},
    **{("*", text): german for text, german in (_DESCRIPTIONS | _SENTENCES).items()},
}
"""German by (context, English); the same label may name a property, a button and a panel."""
