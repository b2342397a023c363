extension Job {
    /// The JSON Schema (2020-12) of job files.
    public static let schema = """
        {
          "$schema": "https://json-schema.org/draft/2020-12/schema",
          "$id": "urn:spool-worker:job:1",
          "title": "spool-worker job",
          "description": "One source image and the renditions to make of it.",
          "type": "object",
          "required": ["input", "renditions"],
          "additionalProperties": false,
          "properties": {
            "input": {
              "description": "The source image: a path relative to the input root, or absolute inside an allowed root.",
              "oneOf": [
                {"$ref": "#/$defs/path"},
                {
                  "type": "object",
                  "required": ["path"],
                  "additionalProperties": false,
                  "properties": {
                    "path": {"$ref": "#/$defs/path"},
                    "autoOrient": {
                      "description": "Turn the image the way its EXIF orientation says.",
                      "type": "boolean",
                      "default": true
                    },
                    "failOn": {
                      "description": "The severity from which a flaw in the source fails the job.",
                      "enum": ["none", "truncated", "error", "warning"],
                      "default": "warning"
                    }
                  }
                }
              ]
            },
            "renditions": {
              "description": "The images to make, all from one decode; no two with the same path.",
              "type": "array",
              "minItems": 1,
              "maxItems": 100,
              "items": {"$ref": "#/$defs/rendition"}
            },
            "timeout": {
              "description": "Seconds after which the rendering is stopped; the worker's own limit holds in any case.",
              "type": "number",
              "minimum": 0.1
            },
            "metadata": {
              "description": "Anything, up to 256 kB without indentation; echoed in the result document."
            }
          },
          "$defs": {
            "path": {
              "type": "string",
              "minLength": 1,
              "pattern": "^[^\\\\u0000]*[^/\\\\u0000]$"
            },
            "dimension": {
              "type": "integer",
              "minimum": 1,
              "maximum": 65535
            },
            "rendition": {
              "type": "object",
              "required": ["path"],
              "additionalProperties": false,
              "properties": {
                "path": {
                  "description": "Relative to the output root, or absolute inside an allowed root.",
                  "$ref": "#/$defs/path",
                  "not": {"pattern": "(^|/)\\\\.[sS][pP][oO][oO][lL]-"}
                },
                "format": {
                  "description": "By default from the path's extension, in capitals or not.",
                  "enum": ["jpeg", "png", "webp", "gif", "tiff", "avif"]
                },
                "width": {
                  "description": "Pixels; follows from the height if it is missing.",
                  "$ref": "#/$defs/dimension"
                },
                "height": {
                  "description": "Pixels; follows from the width if it is missing.",
                  "$ref": "#/$defs/dimension"
                },
                "fit": {
                  "description": "What to do when width and height have another shape than the image.",
                  "enum": ["cover", "contain", "fill", "inside", "outside"],
                  "default": "cover"
                },
                "position": {
                  "description": "The part to keep with cover, the place of the image with contain.",
                  "enum": [
                    "centre", "north", "northeast", "east", "southeast", "south", "southwest", "west", "northwest",
                    "entropy", "attention",
                    "center", "top", "right top", "right", "right bottom", "bottom", "left bottom", "left", "left top"
                  ],
                  "default": "centre"
                },
                "background": {
                  "description": "The colour of the bars of contain, and beneath transparent parts of a JPEG.",
                  "default": "black",
                  "oneOf": [
                    {"type": "string", "pattern": "^#([0-9a-fA-F]{3,4}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})$"},
                    {
                      "description": "The worker also takes the names in capitals.",
                      "enum": [
                        "transparent", "black", "silver", "gray", "white", "maroon", "red", "purple", "fuchsia",
                        "green", "lime", "olive", "yellow", "navy", "blue", "teal", "aqua"
                      ]
                    },
                    {
                      "type": "object",
                      "additionalProperties": false,
                      "properties": {
                        "r": {"type": "integer", "minimum": 0, "maximum": 255, "default": 0},
                        "g": {"type": "integer", "minimum": 0, "maximum": 255, "default": 0},
                        "b": {"type": "integer", "minimum": 0, "maximum": 255, "default": 0},
                        "alpha": {"type": "number", "minimum": 0, "maximum": 1, "default": 1}
                      }
                    }
                  ]
                },
                "withoutEnlargement": {
                  "description": "Never make the image larger than it is.",
                  "type": "boolean",
                  "default": false
                },
                "quality": {
                  "description": "For jpeg, webp, tiff and avif: 1 (small) to 100 (good).",
                  "type": "integer",
                  "minimum": 1,
                  "maximum": 100
                }
              },
              "allOf": [
                {
                  "$comment": "Without a format the path's extension must name one.",
                  "if": {"not": {"required": ["format"]}},
                  "then": {"properties": {"path": {"pattern":
                    "\\\\.([jJ][pP][gG]|[jJ][pP][eE][gG]?|[jJ][fF][iI][fF]|[pP][nN][gG]|[wW][eE][bB][pP]|[gG][iI][fF]|[tT][iI][fF][fF]?|[aA][vV][iI][fF])$"}}}
                },
                {
                  "$comment": "png and gif are lossless, so they take no quality.",
                  "if": {
                    "anyOf": [
                      {"required": ["format"], "properties": {"format": {"enum": ["png", "gif"]}}},
                      {
                        "not": {"required": ["format"]},
                        "properties": {"path": {"pattern": "\\\\.([pP][nN][gG]|[gG][iI][fF])$"}}
                      }
                    ]
                  },
                  "then": {"not": {"required": ["quality"]}}
                },
                {
                  "$comment": "entropy and attention choose a part to keep.",
                  "if": {"required": ["position"], "properties": {"position": {"enum": ["entropy", "attention"]}}},
                  "then": {"properties": {"fit": {"const": "cover"}}}
                }
              ]
            }
          }
        }

        """
}
