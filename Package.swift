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
        .library(name: "Pixels", targets: ["Pixels"]),
        .library(name: "Kernels", targets: ["Kernels"]),
        .library(name: "ImageFiles", targets: ["ImageFiles"]),
        .library(name: "Staining", targets: ["Staining"]),
        .library(name: "Networks", targets: ["Networks"]),
    ],
    targets: [
        // C libraries of the system, found through pkg-config.
        .systemLibrary(name: "COpenSlide", pkgConfig: "openslide", providers: [.apt(["libopenslide-dev"])]),
        .systemLibrary(name: "CTIFF", pkgConfig: "libtiff-4", providers: [.apt(["libtiff-dev"])]),
        .systemLibrary(name: "CJPEG", pkgConfig: "libjpeg", providers: [.apt(["libtiff-dev"])]),
        .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
        .systemLibrary(name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),

        // Pure computation.
        .target(name: "CKernels"),
        .target(name: "Pixels", swiftSettings: strict),
        .target(name: "Kernels", dependencies: ["Pixels", "CKernels", "COpenBLAS"], swiftSettings: strict),
        .target(name: "ImageFiles", dependencies: ["Pixels", "CPNG", "CJPEG", "CTIFF"], swiftSettings: strict),
        .target(name: "Staining", dependencies: ["Pixels", "Kernels"], swiftSettings: strict),
        .target(name: "Networks", dependencies: ["Pixels", "Kernels"], swiftSettings: strict),

        // Synthetic slides with known truth: a library for tests and a small program that writes them.
        .target(
            name: "SyntheticSlides", dependencies: ["Pixels", "Kernels", "ImageFiles"],
            path: "fixtures/SyntheticSlides", swiftSettings: strict),
        .executableTarget(
            name: "make-fixtures", dependencies: ["SyntheticSlides"],
            path: "fixtures/make-fixtures", swiftSettings: strict),

        // Tests.
        .target(
            name: "TestSupport", dependencies: ["Pixels", "Kernels", "ImageFiles"],
            path: "Tests/TestSupport", swiftSettings: strict),
        .testTarget(name: "KernelsTests", dependencies: ["Kernels", "Pixels", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "ImageFilesTests", dependencies: ["ImageFiles", "Pixels", "CTIFF", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "StainingTests", dependencies: ["Staining", "Kernels", "Pixels", "ImageFiles", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "NetworksTests", dependencies: ["Networks", "Kernels", "Pixels", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "SyntheticSlidesTests", dependencies: ["SyntheticSlides", "ImageFiles", "Pixels", "TestSupport"],
            swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)
