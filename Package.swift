// swift-tools-version: 6.1
import PackageDescription

// The package file is the architecture: every target imports only targets that stand above it in this list.

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

let package = Package(
    name: "wsi-screen",
    products: [
        .executable(name: "wsi-screen", targets: ["wsi-screen"]),
        .library(name: "Flow", targets: ["Flow"]),
        .library(name: "Records", targets: ["Records"]),
        .library(name: "Pixels", targets: ["Pixels"]),
        .library(name: "Kernels", targets: ["Kernels"]),
        .library(name: "ImageFiles", targets: ["ImageFiles"]),
        .library(name: "Outliers", targets: ["Outliers"]),
        .library(name: "Pictures", targets: ["Pictures"]),
        .library(name: "Staining", targets: ["Staining"]),
        .library(name: "Tensors", targets: ["Tensors"]),
        .library(name: "Networks", targets: ["Networks"]),
        .library(name: "Training", targets: ["Training"]),
        .library(name: "Evaluation", targets: ["Evaluation"]),
        .library(name: "Search", targets: ["Search"]),
        .library(name: "ONNXExport", targets: ["ONNXExport"]),
        .library(name: "Radiographs", targets: ["Radiographs"]),
        .library(name: "Slides", targets: ["Slides"]),
        .library(name: "Tissue", targets: ["Tissue"]),
        .library(name: "Screening", targets: ["Screening"]),
        .library(name: "Camelyon", targets: ["Camelyon"]),
        .library(name: "Annotations", targets: ["Annotations"]),
        .library(name: "CamelyonEvaluation", targets: ["CamelyonEvaluation"]),
        .library(name: "Preprocessing", targets: ["Preprocessing"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.1.0"),
        .package(url: "https://github.com/apple/swift-crypto", "3.12.0"..<"5.0.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.6.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.0.0"),
    ],
    targets: [
        // C libraries of the system, found through pkg-config.
        .systemLibrary(name: "COpenSlide", pkgConfig: "openslide", providers: [.apt(["libopenslide-dev"])]),
        .systemLibrary(name: "CTIFF", pkgConfig: "libtiff-4", providers: [.apt(["libtiff-dev"])]),
        .systemLibrary(name: "CJPEG", pkgConfig: "libjpeg", providers: [.apt(["libtiff-dev"])]),
        .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
        .systemLibrary(name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
        .systemLibrary(name: "CAllocator"),

        // Concurrency and files.
        .target(
            name: "Flow", dependencies: [.product(name: "DequeModule", package: "swift-collections")],
            swiftSettings: strict),
        .target(
            name: "Records", dependencies: [.product(name: "Crypto", package: "swift-crypto")],
            swiftSettings: strict),

        // Pure computation.
        .target(name: "CKernels"),
        .target(name: "Pixels", swiftSettings: strict),
        .target(
            name: "Kernels", dependencies: ["Pixels", "CKernels", "COpenBLAS"],
            exclude: ["Convolution.md"], swiftSettings: strict),
        .target(
            name: "ImageFiles", dependencies: ["Records", "Pixels", "CPNG", "CJPEG", "CTIFF"],
            swiftSettings: strict),
        .target(name: "Outliers", dependencies: ["Kernels"], swiftSettings: strict),
        .target(name: "Pictures", dependencies: ["Pixels"], swiftSettings: strict),
        .target(name: "Staining", dependencies: ["Pixels", "Kernels"], swiftSettings: strict),
        .target(
            name: "Tensors", dependencies: ["Flow", "Kernels"], exclude: ["Tensors.md"],
            swiftSettings: strict),
        .target(
            name: "Networks",
            dependencies: ["Outliers", "Pixels", "Kernels", "Tensors", "Staining", "Records"],
            resources: [
                .copy("Resources/he-lung-demo.safetensors"), .copy("Resources/he-lung-demo.md"),
                .copy("Resources/he-lung-gaussian.safetensors"), .copy("Resources/he-lung-gaussian.md"),
            ],
            swiftSettings: strict),
        .target(
            name: "ONNXExport", dependencies: ["Networks", "Staining", "Records"], swiftSettings: strict),

        // Learning from folders of normal images.
        .target(
            name: "Training",
            dependencies: [
                "Flow", "Records", "Pixels", "Kernels", "ImageFiles", "Outliers", "Pictures", "Staining",
                "Tensors", "Networks", "Yams",
            ], swiftSettings: strict),

        // How good a model is.
        .target(
            name: "Evaluation",
            dependencies: [
                "Flow", "Records", "Pixels", "Kernels", "ImageFiles", "Pictures", "Staining", "Networks",
                "Training",
            ], swiftSettings: strict),

        // Which configuration is best, by a few anomalies.
        .target(
            name: "Search",
            dependencies: [
                "Flow", "Records", "Pixels", "Kernels", "ImageFiles", "Pictures", "Staining", "Networks",
                "Training", "Evaluation",
            ], swiftSettings: strict),

        // Chest X-rays and their table.
        .target(
            name: "Radiographs",
            dependencies: [
                "Flow", "Records", "Pixels", "Kernels", "ImageFiles", "Pictures", "Staining", "Networks",
                "Training",
            ], swiftSettings: strict),

        // Slides and what is tissue on them.
        .target(name: "Slides", dependencies: ["Pixels", "COpenSlide", "CJPEG"], swiftSettings: strict),
        .target(
            name: "Tissue", dependencies: ["Pixels", "Kernels", "Slides"],
            exclude: ["Tissue.md", "Evidence"], swiftSettings: strict),

        // The product: stages, results, command line.
        .target(
            name: "Screening",
            dependencies: [
                "Flow", "Records", "Pixels", "Kernels", "ImageFiles", "Pictures", "Staining", "Tensors",
                "Networks", "Training", "Slides", "Tissue",
            ], exclude: ["Pictures"], swiftSettings: strict),

        // Camelyon16: what lies where, which tiles, and cutting them.
        .target(name: "Camelyon", dependencies: ["Records", "Pixels", "Kernels"], swiftSettings: strict),
        .target(name: "Annotations", dependencies: ["Records", "Pixels"], swiftSettings: strict),
        .target(
            name: "CamelyonEvaluation",
            dependencies: ["Camelyon", "Annotations", "Records", "Pixels", "Kernels"],
            swiftSettings: strict),
        .target(
            name: "Preprocessing",
            dependencies: [
                "Camelyon", "Annotations", "Screening", "Tissue", "Slides", "Networks", "Staining",
                "ImageFiles",
                "Kernels", "Pixels", "Records", "Flow",
            ], swiftSettings: strict),

        .executableTarget(
            name: "wsi-screen",
            dependencies: [
                "Preprocessing", "CamelyonEvaluation", "Camelyon",
                "Screening", "Search", "Evaluation", "Pictures", "Radiographs", "Training", "ONNXExport",
                "Networks",
                "Tensors",
                "Slides",
                "Staining",
                "Tissue", "Kernels", "ImageFiles", "Records", "Yams", "CAllocator",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ], swiftSettings: strict),

        // Synthetic slides with known truth: a library for tests and a small program that writes them.
        .target(
            name: "SyntheticSlides", dependencies: ["Pixels", "Kernels", "ImageFiles"],
            path: "fixtures/SyntheticSlides", swiftSettings: strict),
        // Synthetic chest films and their table.
        .target(
            name: "SyntheticFilms", dependencies: ["Pixels", "Kernels", "ImageFiles"],
            path: "fixtures/SyntheticFilms", swiftSettings: strict),
        .executableTarget(
            name: "make-fixtures", dependencies: ["SyntheticSlides", "SyntheticFilms"],
            path: "fixtures/make-fixtures", swiftSettings: strict),

        // Tests.
        .target(
            name: "TestSupport",
            dependencies: [
                "Pixels", "Kernels", "ImageFiles", "Staining", "Networks", "Tensors",
                "CAllocationCounter",
            ],
            path: "Tests/TestSupport", swiftSettings: strict),
        .target(name: "CAllocationCounter", path: "Tests/CAllocationCounter"),
        .testTarget(
            name: "KernelsTests",
            dependencies: ["Kernels", "Pixels", "ImageFiles", "TestSupport", "CAllocationCounter"],
            swiftSettings: strict),
        .testTarget(
            name: "ImageFilesTests", dependencies: ["ImageFiles", "Pixels", "CTIFF", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "StainingTests",
            dependencies: ["Staining", "Kernels", "Pixels", "ImageFiles", "TestSupport"],
            exclude: ["compare_staintools.py"], swiftSettings: strict),
        .testTarget(
            name: "TensorsTests",
            dependencies: ["Tensors", "Kernels", "TestSupport", "CAllocationCounter"],
            exclude: ["make_tensor_golden.py"], resources: [.copy("tensor-golden.json")],
            swiftSettings: strict),
        .testTarget(
            name: "NetworksTests",
            dependencies: [
                "Networks", "Tensors", "Staining", "Records", "Kernels", "Pixels", "TestSupport",
                "CAllocationCounter",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "TrainingTests",
            dependencies: [
                "Training", "Networks", "Tensors", "Staining", "Records", "Pictures", "ImageFiles", "Kernels",
                "Pixels", "TestSupport", "CAllocationCounter",
            ],
            exclude: ["compare_pillow.py"], resources: [.copy("pillow.json")], swiftSettings: strict),
        .testTarget(
            name: "ONNXExportTests",
            dependencies: ["ONNXExport", "Networks", "Staining", "Records", "Kernels", "TestSupport"],
            exclude: ["check_onnx.py"], swiftSettings: strict),
        .testTarget(
            name: "EvaluationTests",
            dependencies: [
                "Evaluation", "Training", "ImageFiles", "Pictures", "Kernels", "Pixels", "Records",
                "TestSupport",
            ],
            exclude: ["make_evaluation_golden.py", "make_comparison_golden.py"],
            resources: [.copy("evaluation-golden.json"), .copy("comparison-golden.json")],
            swiftSettings: strict),
        .testTarget(
            name: "OutliersTests", dependencies: ["Outliers", "Kernels"],
            exclude: ["make_outlier_golden.py"], resources: [.copy("outlier-golden.json")],
            swiftSettings: strict),
        .testTarget(
            name: "SearchTests",
            dependencies: [
                "Search", "Evaluation", "Training", "Networks", "ImageFiles", "Kernels", "Pixels", "Records",
                "TestSupport",
            ], swiftSettings: strict),
        .testTarget(name: "PicturesTests", dependencies: ["Pictures", "Pixels"], swiftSettings: strict),
        .testTarget(
            name: "ScreeningTests",
            dependencies: [
                "Screening", "Networks", "Staining", "Kernels", "Records", "Tissue", "SyntheticSlides",
                "ImageFiles", "Pixels",
                "TestSupport",
            ], swiftSettings: strict),
        .testTarget(
            name: "CommandLineTests",
            dependencies: [
                "wsi-screen", "SyntheticFilms", "SyntheticSlides", "ImageFiles", "Kernels", "Pixels",
                "TestSupport",
            ],
            swiftSettings: strict),
        .testTarget(name: "RecordsTests", dependencies: ["Records"], swiftSettings: strict),
        .testTarget(
            name: "RadiographsTests",
            dependencies: [
                "Radiographs", "SyntheticFilms", "Training", "Networks", "Staining", "ImageFiles", "Pixels",
                "Kernels", "Records", "TestSupport",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "CamelyonTests", dependencies: ["Camelyon", "Pixels", "Records", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "CamelyonEvaluationTests",
            dependencies: [
                "CamelyonEvaluation", "Camelyon", "Annotations", "Kernels", "Pixels", "Records",
                "TestSupport",
            ],
            exclude: ["make_froc_golden.py"], resources: [.copy("froc-golden.json")], swiftSettings: strict),
        .testTarget(
            name: "PreprocessingTests",
            dependencies: [
                "Preprocessing", "Camelyon", "Annotations", "SyntheticSlides", "Training", "Networks",
                "Staining", "ImageFiles",
                "Kernels", "Pixels", "Records", "Tissue", "TestSupport",
            ], swiftSettings: strict),
        .testTarget(
            name: "AnnotationsTests",
            dependencies: ["Annotations", "Kernels", "Pixels", "Records", "TestSupport"],
            exclude: ["compare_rasters.py"], swiftSettings: strict),
        .testTarget(
            name: "SlidesTests",
            dependencies: [
                "Slides", "SyntheticSlides", "Staining", "Kernels", "ImageFiles", "Pixels", "TestSupport",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "TissueTests",
            dependencies: [
                "Tissue", "Slides", "Kernels", "SyntheticSlides", "ImageFiles", "Pixels", "TestSupport",
            ],
            swiftSettings: strict),
        .testTarget(name: "FlowTests", dependencies: ["Flow"], swiftSettings: strict),
        .testTarget(
            name: "SyntheticSlidesTests",
            dependencies: ["SyntheticSlides", "ImageFiles", "Pixels", "TestSupport"],
            swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)
