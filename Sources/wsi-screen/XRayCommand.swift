import ArgumentParser

struct XRayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "xray",
        abstract: "Chest X-rays by their table: prepare films, score films.",
        discussion: """
            wsi-screen xray ingest --csv Data_Entry_2017.csv --images images/ --view PA \\
                --split train_val_list.txt test_list.txt -o xray-pa
            wsi-screen train --config pipelines/configs/nih-pa.yaml --data xray-pa/manifest.csv \\
                --extractor vgg19.safetensors -o pa.safetensors
            wsi-screen xray score --model pa.safetensors --extractor vgg19.safetensors xray-pa -o scores --heatmaps
            """,
        subcommands: [XRayIngestCommand.self, XRayScoreCommand.self])
}
